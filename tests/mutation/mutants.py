"""The mutants: small faults that a hostile reviewer could plant, each of which a test must find.

A fault is a snippet of a file and what stands in its place. The snippet must occur exactly once in
each of its files; `run.py` says so before it begins if code has moved on. Then mend the entry here:
choose a line of the new code with which the same thing goes wrong. Snippets are short, so that most
rewriting around them does not matter. Every fault leaves the code importable and plausible.
"""

from pathlib import Path
from typing import NamedTuple


class Mutant(NamedTuple):
    """One fault: the room whose tests should find it, what it breaks, and how it is planted."""

    room: str
    breaks: str
    files: tuple[str, ...]
    old: str
    new: str


def _mutant(room: str, breaks: str, files: str, old: str, new: str) -> Mutant:
    return Mutant(room, breaks, tuple(files.split()), old, new)


def stale(mutant: Mutant, root: Path) -> list[str]:
    """Say which files under ``root`` do not have the snippet exactly once."""
    paths = {name: root / name for name in mutant.files}
    texts = {n: p.read_text(encoding="utf-8") if p.is_file() else "" for n, p in paths.items()}
    counts = {name: text.count(mutant.old) for name, text in texts.items()}
    return [f"{name} has {n} times {mutant.old!r}" for name, n in counts.items() if n != 1]


MUTANTS = (
    # -- files ---------------------------------------------------------------------------------
    _mutant(
        "test_files.py",
        "a file takes its name before it has reached the disk",
        "minidl/files.py",
        "os.fsync(file.fileno())",
        "pass",
    ),
    _mutant(
        "test_files.py",
        "a private file is readable for everybody until it is whole",
        "minidl/files.py",
        "0o600 if target.exists() else 0o666",
        "0o666",
    ),
    _mutant(
        "test_files.py",
        "what a living process writes is swept away",
        "minidl/files.py",
        "flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB",
        "flock(file, fcntl.LOCK_UN",
    ),
    # -- kernels -------------------------------------------------------------------------------
    _mutant(
        "kernels",
        "ceil mode keeps a last window that begins just behind the input",
        "minidl/kernels/window.py",
        "(count - 1) * stride >= size + self.before[axis]",
        "(count - 1) * stride > size + self.before[axis]",
    ),
    _mutant(
        "kernels",
        "the caller waits for its helpers for a moment only",
        "minidl/kernels/threads/atomics.py",
        "while atomic_load(todo, slot):",
        "if atomic_load(todo, slot):",
    ),
    _mutant(
        "kernels",
        "counting up is no atomic step: two threads can take one task",
        "minidl/kernels/threads/atomics.py",
        'return builder.atomic_rmw("add", address, one, "seq_cst")',
        "n = builder.load(address); builder.store(builder.add(n, one), address); return n",
    ),
    _mutant(
        "kernels",
        "all Python threads share one scratch memory",
        "minidl/kernels/compile/workspace.py",
        "_kept = threading.local()",
        "_kept = lambda: None",
    ),
    _mutant(
        "kernels",
        "the variance of large arrays lacks what lies between the shares",
        "minidl/kernels/channels.py",
        "(squares + n * (means - mean) ** 2).sum(axis=0)",
        "squares.sum(axis=0)",
    ),
    # -- functional ----------------------------------------------------------------------------
    _mutant(
        "functional",
        "average pooling counts padding by default",
        "minidl/functional/pool.py",
        "count_padding: bool = False,",
        "count_padding: bool = True,",
    ),
    _mutant(
        "functional",
        "an unknown name of a gradient passes if a known one stands beside it",
        "minidl/functional/arguments.py",
        "if not asked.issubset(names)",
        "if asked and asked.isdisjoint(names)",
    ),
    _mutant(
        "functional",
        "a gradient is a view that cannot be written to",
        "minidl/functional/pool.py",
        "shape[-1]), shape\n    ).copy()",
        "shape[-1]), shape\n    )",
    ),
    _mutant(
        "functional",
        "uneven padding is taken for even by the transposed convolution",
        "minidl/functional/conv_transpose.py",
        "g - s + e - sum(p) + o",
        "g - s + e - 2 * p[0] + o",
    ),
    _mutant(
        "functional",
        "softmax's gradient sums over the second axis instead of the last",
        "minidl/functional/activations.py",
        "(dy * y).sum(axis=-1, keepdims=True)",
        "(dy * y).sum(axis=1, keepdims=True)",
    ),
    _mutant(
        "functional",
        "the running mean takes old and new the wrong way round",
        "minidl/functional/normalization.py",
        "momentum * mean + (1 - momentum) * mu",
        "momentum * mu + (1 - momentum) * mean",
    ),
    _mutant(
        "functional",
        "long float32 vectors overflow before they are normalised",
        "minidl/functional/normalization.py",
        "np.square(x, dtype=np.float64)",
        "np.square(x)",
    ),
    # -- nn ------------------------------------------------------------------------------------
    _mutant(
        "nn",
        "Adam corrects a parameter that was frozen at first as if it had always learned",
        "minidl/nn/optimizers.py",
        'int(memory["age"])',
        "int(self.steps)",
    ),
    _mutant(
        "nn",
        "one row of large logits drowns the other rows' probabilities",
        "minidl/nn/losses.py",
        "logits - logits.max(axis=1, keepdims=True)",
        "logits - logits.max()",
    ),
    _mutant(
        "nn",
        "one changed example in the last batch is taken for the same data",
        "minidl/nn/identity.py",
        "if epoch == 0:",
        "if epoch == 0 and sha.digest() == hashlib.sha256().digest():",
    ),
    _mutant(
        "nn",
        "a loaded network shares its arrays with the state it came from",
        "minidl/nn/network.py",
        "parameter.value = state[name].copy()",
        "parameter.value = state[name]",
    ),
    _mutant(
        "nn",
        "where paths meet, a gradient is added into somebody else's array",
        "minidl/nn/trace.py",
        "waiting[name] + dx if name in waiting else dx",
        "np.add(waiting[name], dx, waiting[name]) if name in waiting else dx",
    ),
    _mutant(
        "nn",
        "He's initialisation divides by the fan out",
        "minidl/nn/initializers.py",
        "sqrt(2 / fans[0])",
        "sqrt(2 / fans[1])",
    ),
    _mutant(
        "nn",
        "an epoch's loss weighs a short last batch like a full one",
        "minidl/nn/training.py",
        "total + value * len(x), examples + len(x)",
        "total + value, examples + 1",
    ),
    _mutant(
        "nn",
        "the gradient check judges by the best element",
        "minidl/nn/gradient_check.py",
        "worst = int(np.argmax(errors))",
        "worst = int(np.argmin(errors))",
    ),
    # -- zoo -----------------------------------------------------------------------------------
    _mutant(
        "zoo",
        "VGG-19's kernels have rows and columns swapped",
        "minidl/zoo/vgg.py",
        "q.transpose(2, 3, 1, 0)",
        "q.transpose(3, 2, 1, 0)",
    ),
    _mutant(
        "zoo",
        "channels return from a reordering by the way they came",
        "minidl/zoo/layers.py",
        "np.take(dy, self.back, axis=-1)",
        "np.take(dy, self.order, axis=-1)",
    ),
    _mutant(
        "zoo",
        "a batch norm that is folded into a convolution keeps its mean",
        "minidl/zoo/dlib.py",
        "beta - mean * scale",
        "beta",
    ),
    _mutant(
        "zoo",
        "a file that changed after it was verified is still trusted",
        "minidl/zoo/cache.py",
        "(facts.st_size, facts.st_mtime_ns, asset.sha256)",
        "(facts.st_size, 0, asset.sha256)",
    ),
    # -- datasets ------------------------------------------------------------------------------
    _mutant(
        "datasets",
        "a grey picture with a pixel of full white is stretched",
        "minidl/datasets/images.py",
        "low >= 0 and high <= w",
        "low >= 0 and high < w",
    ),
    _mutant(
        "datasets",
        "a picture is written straight over the old one",
        "minidl/datasets/images.py",
        "with saving(path) as file:",
        'with path.open("wb") as file:',
    ),
    _mutant(
        "datasets",
        "a person's first picture is drawn from the numbers of the person",
        "minidl/datasets/drawn_faces/pictures.py",
        "(seed, person, number + 1)",
        "(seed, person, number)",
    ),
    # -- faces ---------------------------------------------------------------------------------
    _mutant(
        "faces",
        "an anchor is its own hardest negative",
        "minidl/faces/mining.py",
        "np.where(others, distances, np.inf)",
        "np.where(~same, distances, np.inf)",
    ),
    _mutant(
        "faces",
        "the threshold is chosen on the fold that it is judged on as well",
        "minidl/faces/cross_validation.py",
        "best_threshold(distances[~test], same[~test])",
        "best_threshold(distances, same)",
    ),
    _mutant(
        "faces",
        "the gallery ranks by the lengths of people who were removed",
        "minidl/faces/gallery.py",
        "for row in kept]\n        self._squares = None",
        "for row in kept]",
    ),
    _mutant(
        "faces",
        "aligned faces lie half a pixel off",
        "minidl/faces/alignment.py",
        "shift = b + (1 + 1j - a * (1 + 1j)) / 2",
        "shift = b",
    ),
    _mutant(
        "faces",
        "a sign in |f − g|'s gradient for the second encoding",
        "minidl/faces/verification_head.py",
        "return df, -df",
        "return df, df",
    ),
    # -- visualization -------------------------------------------------------------------------
    _mutant(
        "visualization",
        "a receptive field's offset is that of a network without padding",
        "minidl/visualization/receptive_field.py",
        "(start * stride - before, ",
        "(start * stride, ",
    ),
    _mutant(
        "visualization",
        "equally strong patches come in any order",
        "minidl/visualization/top_patches.py",
        'np.argsort(-new[2], axis=0, kind="stable")',
        "np.argsort(-new[2], axis=0)",
    ),
    # -- style ---------------------------------------------------------------------------------
    _mutant(
        "style",
        "content weighs less at coarse sizes than at the final one",
        "minidl/style/objective.py",
        "lambdas, alpha * finer, beta",
        "lambdas, alpha, beta",
    ),
    _mutant(
        "style",
        "Adam leaves the range of pixels",
        "minidl/style/optimizers.py",
        "np.clip(picture.value, BLACK, WHITE)",
        "picture.value",
    ),
    _mutant(
        "style",
        "a checkpoint of another smoothness is taken for this run's",
        "minidl/style/checkpoint.py",
        "canonical(problem.tv)",
        "canonical(problem.alpha)",
    ),
    _mutant(
        "style",
        "colours are changed by the transposed matrix",
        "minidl/style/images.py",
        "@ change.T",
        "@ change",
    ),
    # -- course --------------------------------------------------------------------------------
    _mutant(
        "course",
        "an answer in float32 passes for float64",
        "minidl/course/compare.py",
        "expected.ndim and array.dtype != expected.dtype",
        "expected.ndim and array.dtype.kind != expected.dtype.kind",
    ),
    _mutant(
        "course",
        "two mistakes get each other's diagnosis",
        "minidl/course/exercises/n01_output_size.py",
        """\
            (kernel - 1) * dilation + 1 -> kernel
        `kernel * dilation` is too long: there are only `kernel - 1` gaps between the taps.
            (kernel - 1) * dilation + 1 -> kernel * dilation
""",
        """\
            (kernel - 1) * dilation + 1 -> kernel * dilation
        `kernel * dilation` is too long: there are only `kernel - 1` gaps between the taps.
            (kernel - 1) * dilation + 1 -> kernel
""",
    ),
    _mutant(
        "course",
        "the hints begin again after every wrong answer",
        "minidl/course/checks.py",
        "max(1, _hints_given.get(name, 0))",
        "1",
    ),
    # -- notebooks -----------------------------------------------------------------------------
    _mutant(
        "notebooks",
        "a stored output shows another number than the cell prints",
        "notebooks/00_start_here.ipynb",
        "86,704,128",
        "86,704,182",
    ),
    _mutant(
        "notebooks",
        "a cell takes another step than the one whose output is stored",
        "notebooks/00_start_here.ipynb notebooks/student/00_start_here.ipynb",
        "vgg.summary((224, 224, 3))",
        "vgg.summary((224, 240, 3))",
    ),
    _mutant(
        "notebooks",
        "the student's edition is out of step with the course",
        "notebooks/student/04_triplet_loss.ipynb",
        "P, K = 16, 4",
        "P, K = 16, 5",
    ),
)
