"""Parts of kernels: functions that are linked into kernels, and become machine code there alone.

Numba makes every function callable from Python, optimises it, and makes machine code of it, before
it does so again for each function that calls it. Kernels consist of dozens of functions that only
they call: without all this, they are compiled in less than half of the time.
"""

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


class Part(JITCodeLibrary):
    """A function's code for others to link."""

    def _optimize_final_module(self):
        pass

    def _finalize_final_module(self):
        self._finalize_dynamic_globals()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class PartLowering(NativeLowering):
    """Lower a function, and leave out what would call it from Python."""

    _name = "part_lowering"

    def run_pass(self, state):
        """Register it under a name that nobody else has, since it has no address."""
        flags, function = state.flags, state.func_id
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        state.library = Part(state.targetctx.codegen(), function.func_qualname)
        state.library.enable_object_caching()
        super().run_pass(state)
        # Numba wants a built-in function here. This one refuses what is not text, if it is called.
        name = f"{function.func_name} can only be called by a kernel".join
        state.targetctx.insert_user_function(name, state.cr.fndesc, [state.library])
        state.cr = state.cr._replace(cfunc=name)
        return True


class PartCompiler(CompilerBase):
    """Numba's compiler, with `PartLowering`."""

    def define_pipelines(self):
        """Return the passes as they are for every function, but for the lowering."""
        manager = DefaultPassBuilder.define_nopython_pipeline(self.state)
        for place, (step, what) in enumerate(manager.passes):
            if step is NativeLowering:
                manager.passes[place] = PartLowering, what
        return [manager]
