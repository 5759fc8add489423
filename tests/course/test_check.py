"""check, hint and solution as a student meets them."""

import time

import numpy as np
import pytest

from minidl.course import check, find, hint, solution
from minidl.course.exercise import BEGIN, END


def unwritten(x, scale=1.0):
    raise NotImplementedError


def wrong(x, scale=1.0):
    return scale * float((x**2).mean()), 2 * scale * x


def odd(x, scale=1.0):
    return 7.0, x**3


def test_an_unwritten_exercise_goes_on_with_minidls_version(toy, capsys):
    assert check("square_sum", unwritten) is toy.solution
    said = capsys.readouterr().out
    assert "not written yet" in said and "goes on" in said


def test_a_right_answer_comes_back_and_hears_what_was_verified(toy, right_answers, capsys):
    answer = right_answers(toy)[0]
    assert check("square_sum", answer) is answer
    said = capsys.readouterr().out
    for word in ["right", "shapes", "central differences", "Edge cases", "float32", "arguments"]:
        assert word in said


def test_a_wrong_answer_hears_its_likely_mistake(toy, capsys):
    assert check("square_sum", wrong) is toy.solution
    said = capsys.readouterr().out
    assert "You took the mean, not the sum." in said
    assert "Square first." not in said, "the first hint may speak of what is right already"
    hint("square_sum")
    assert "1 of 3" in capsys.readouterr().out


def test_a_wrong_answer_that_nobody_knows_hears_the_first_hint(toy, capsys):
    assert check("square_sum", odd) is toy.solution
    assert "Square first." in capsys.readouterr().out


def test_hints_come_one_by_one_and_end_at_the_solution(toy, capsys):
    for words in ["1 of 3", "2 of 3", "3 of 3", 'solution("square_sum")']:
        hint("square_sum")
        assert words in capsys.readouterr().out


def test_right_numbers_in_a_wrong_form_hear_of_the_form_alone(toy, capsys):
    def a_list(x, scale=1.0):
        value, gradient = toy.solution(x, scale)
        return value, gradient.tolist()

    check("square_sum", a_list)
    said = capsys.readouterr().out
    assert "value 2 of the 2 is a list" in said and "Hint" not in said


def test_a_known_mistake_is_recognised_in_a_list(toy, capsys):
    def half_in_a_list(x, scale=1.0):
        return scale * float((x**2).sum()), (scale * x).tolist()

    check("square_sum", half_in_a_list)
    assert "factor 2" in capsys.readouterr().out


def test_a_wrong_answer_uses_up_the_first_hint(toy, capsys):
    check("square_sum", odd)
    capsys.readouterr()
    hint("square_sum")
    assert "2 of 3" in capsys.readouterr().out


def test_wrong_answers_do_not_bring_back_hints_that_were_given(toy, capsys):
    for words in ["1 of 3", "2 of 3", "3 of 3", 'solution("square_sum")']:
        hint("square_sum")
        check("square_sum", odd)
        assert words in capsys.readouterr().out


def test_the_solution_is_shown_without_its_marks(toy, capsys):
    solution("square_sum")
    said = capsys.readouterr().out
    assert "return scale * float((x**2).sum()), 2 * scale * x" in said
    assert BEGIN not in said and END not in said


def test_an_unknown_name_is_met_with_the_closest():
    with pytest.raises(ValueError, match="Did you mean convolve"):
        check("convlove", unwritten)
    with pytest.raises(ValueError, match=r"There are .*convolve"):
        hint("zzz")


def test_what_a_function_prints_is_kept_quiet_but_mentioned(toy, capsys):
    def chatty(x, scale=1.0):
        print("HELLO" * 1000)
        return toy.solution(x, scale)

    check("square_sum", chatty)
    said = capsys.readouterr()
    assert "HELLO" not in said.out and "also prints" in said.out and not said.err


def test_warnings_of_a_function_do_not_reach_the_page(toy, capsys, recwarn):
    def warning(x, scale=1.0):
        np.ones(1) / np.zeros(1)
        return toy.solution(x, scale)

    check("square_sum", warning)
    assert not capsys.readouterr().err and not recwarn.list


def test_an_error_names_the_line_that_raised_it(toy, capsys):
    def broken(x, scale=1.0):
        return x.no_such_thing

    check("square_sum", broken)
    said = capsys.readouterr().out
    assert "no_such_thing" in said and "in line" in said


def test_exit_does_not_end_the_notebook(toy, capsys):
    def leaving(x, scale=1.0):
        raise SystemExit

    check("square_sum", leaving)
    assert "SystemExit" in capsys.readouterr().out


def test_a_half_written_function_is_not_called_wrong(toy, capsys):
    def half(x, scale=1.0):
        if scale != 1:
            raise NotImplementedError
        return toy.solution(x, scale)

    check("square_sum", half)
    assert "not all written yet" in capsys.readouterr().out


def test_a_forgotten_return_is_not_an_unwritten_function(toy, capsys):
    def forgetful(x, scale=1.0):
        y = (x**2).sum()  # noqa: F841

    check("square_sum", forgetful)
    assert "does the function end with `return`?" in capsys.readouterr().out


def test_values_right_and_gradient_wrong_is_shown_by_measuring(toy, capsys):
    def off(x, scale=1.0):
        return scale * float((x**2).sum()), 2.1 * scale * x

    check("square_sum", off)
    said = capsys.readouterr().out
    assert "contradicts central differences" in said
    assert "all are 1.05 times it" in said


def test_a_known_mistake_is_recognised_by_its_values_beneath_another_one(toy, capsys):
    def mean_in_other_dtype(x, scale=1.0):
        return scale * float((x**2).mean()), (2 * scale * x).astype(np.float16).astype(np.float64)

    def mean_and_changes(x, scale=1.0):
        value = wrong(x, scale)
        x *= 0
        return value[0], value[1]

    check("square_sum", mean_and_changes)
    assert "You took the mean, not the sum." in capsys.readouterr().out
    check("square_sum", mean_in_other_dtype)
    assert "You took the mean" not in capsys.readouterr().out  # its gradient is off as well


@pytest.mark.slow
def test_an_endless_loop_is_answered_within_ten_seconds(capsys):
    def endless(*args, **kwargs):
        while True:
            pass

    start = time.monotonic()
    assert check("convolve", endless) is find("convolve").solution
    assert time.monotonic() - start < 10
    assert "never ends" in capsys.readouterr().out


@pytest.mark.parametrize("mode", ["autograde", "validate"])
def test_nbgrader_sees_an_error_for_a_missing_or_wrong_answer(
    toy, right_answers, monkeypatch, mode
):
    monkeypatch.setenv("NBGRADER_EXECUTION", mode)
    for function in [unwritten, wrong, None]:
        with pytest.raises(AssertionError, match="0 of 2 points"):
            check("square_sum", function)
    answer = right_answers(toy)[1]
    assert check("square_sum", answer) is answer
