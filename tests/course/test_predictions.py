"""Predictions: every right guess is called right, every likely one gets its words."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from minidl.course import predict
from minidl.course.files import read, source_notebooks
from minidl.course.prediction import Choice, Number, Order, all_predictions, find_prediction

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
CALL = re.compile(r'^predict\("(\w+)", \.\.\.\)$', re.MULTILINE)


@pytest.fixture(params=all_predictions())
def named(request):
    return request.param, find_prediction(request.param)


def said(capsys, name, guess) -> str:
    predict(name, guess)
    return capsys.readouterr().out


def right_guess(prediction):
    return list(prediction.right) if isinstance(prediction, Order) else prediction.right


def test_the_right_guess_is_right(capsys, named):
    name, prediction = named
    assert said(capsys, name, right_guess(prediction)).startswith(f"✓ {name}")


def test_likely_mistakes_get_their_words(named):
    _, prediction = named
    if isinstance(prediction, Number):
        for number, words in prediction.mistakes.items():
            assert prediction.fault(number) == words
    elif isinstance(prediction, Choice):
        assert len(prediction.wrong) >= 2 and prediction.right not in prediction.wrong
        for word, words in prediction.wrong.items():
            assert prediction.fault(word) == words
    else:
        assert "Place 1" in prediction.fault(prediction.right[::-1])


@pytest.mark.parametrize("guess", [0.5, 0.867, 0.94, 0.999])
def test_a_share_is_no_percentage(guess):
    fault = find_prediction("strangers_let_in").fault(guess)
    assert fault.startswith(f"Give it in percent: {100 * guess:g},")
    assert find_prediction("loss_of_knowing_nothing").fault(0.9) == "It is less than 0.9."


@pytest.mark.parametrize("guess", [..., None])
def test_without_a_guess_the_answer_is_folded(capsys, named, guess):
    name, prediction = named
    text = said(capsys, name, guess)
    assert text.startswith("○") and prediction.why not in text


@pytest.mark.parametrize(
    "guess", ["", [], {}, object(), float, np.ones((2, 2)), True, 1j, "ÿ" * 99]
)
def test_what_is_no_guess_gets_words(capsys, named, guess):
    name, _ = named
    text = said(capsys, name, guess)
    assert text.startswith("○") and "It asks for" in text and len(text) < 600


def test_numbers_of_every_kind_are_taken():
    number = Number(12, "why", within=0.5, mistakes={144: "That is the square."})
    for guess in (12, 12.4, np.float32(12), np.int64(12), np.array(12), np.array(11.6)):
        assert number.fault(guess) is None
    assert number.fault(144.0) == "That is the square."
    told = find_prediction("your_threshold")
    assert told.fault(0.7) == "It is less than 0.7: with it Hopper passes for Collins."
    assert "Obama count as two people" in told.fault(0.4)
    assert number.fault(13) == "It is less than 13." and number.fault(-1) == "It is more than -1."
    assert number.fault(float("nan")) is not None


def test_words_are_taken_as_people_write_them():
    choice = Choice("bright", "why", {"dark": "It is day.", "grey": "There is sun."})
    assert choice.fault(" Bright ") is None
    order = Order(("one", "two", "three"), "why")
    assert order.fault(("One", "two", "three ")) is None
    assert order.fault(["one", "three", "two"]).startswith("Place 2 is the first")


def test_an_unknown_name_names_the_closest():
    with pytest.raises(ValueError, match="Did you mean sign_of_all_nine"):
        predict("sign_of_nine", 1)


def test_each_stands_once_in_its_notebook():
    asked = []
    for path in source_notebooks(NOTEBOOKS):
        cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
        here = [name for cell in cells for name in CALL.findall(cell.source)]
        assert sum(cell.source.count('predict("') for cell in cells) == len(here), path.name
        asked += here
    assert asked == list(all_predictions())


@pytest.mark.parametrize("path", source_notebooks(NOTEBOOKS), ids=lambda path: path.stem[:2])
def test_the_question_quotes_every_word_that_may_be_answered(path):
    cells = read(path).cells
    for question, cell in pairwise(cells):
        for name in CALL.findall(cell.source if cell.cell_type == "code" else ""):
            prediction = find_prediction(name)
            for word in () if isinstance(prediction, Number) else words_of(prediction):
                assert f'"{word}"' in question.source, f"{name}: {word}"


def words_of(prediction):
    order = isinstance(prediction, Order)
    return prediction.right if order else (prediction.right, *prediction.wrong)


def test_an_answer_is_said_in_words_where_they_are_given():
    assert Number(0.5, "why", within=0.1).answer() == "0.5 (within 0.1)"
    assert Number(0.5, "why", within=0.1, said="0.4 to 0.6").answer() == "0.4 to 0.6"
