"""What a checkpoint's tokenizer and context ask of a task file."""

from models.tokenizer import Tokenizer
from tasks.files.task_file import read_task_file
from tasks.files.token_rules import token_findings
from tests.tasks.documented import changed, example, line_of

N_CTX = 64
LEVEL = '"level(<noun>)\\n<head><function>(x"'


def said(text: str, tokenizer: Tokenizer, n_ctx: int = N_CTX) -> list[tuple[int, str]]:
    findings = token_findings(read_task_file(text.encode()), tokenizer, n_ctx)
    return [(finding.line, finding.message) for finding in findings]


def test_the_documented_example_fits_the_zoo(zoo: Tokenizer) -> None:
    assert said(example(), zoo) == []


def test_an_answer_of_three_tokens_is_shown_in_its_tokens(zoo: Tokenizer) -> None:
    answer = ") # done"
    pieces = [zoo.token_text(token) for token in zoo.encode(answer)]
    assert len(pieces) == 3
    text = changed(('"):\\n"', f'"{answer}"'))
    message = f"The answer {answer!r} is 3 tokens, {pieces}."
    assert said(text, zoo) == [(line_of("answers", text), message)]


def test_words_in_answers_are_found_where_they_are_listed(zoo: Tokenizer) -> None:
    text = changed(
        ('["):\\n", ")\\n"]', '[" <name>", ")\\n"]'),
        ("[words]\n", '[words]\nname = [\n"total",\n"unheard of",\n"count",\n"zyzzyva",\n]\n'),
    )
    found = said(text, zoo)
    assert [line for line, _ in found] == [line_of('"unheard', text), line_of('"zyzzyva', text)]
    assert found[0][1].startswith("The answer ' unheard of' is ")


def test_an_answer_that_melts_into_the_prompt_is_found_once_a_template(zoo: Tokenizer) -> None:
    text = changed((LEVEL, '"level(<noun>)\\n<head><function>(x)"'))
    ((line, message),) = said(text, zoo)
    assert line == line_of('"level', text)
    assert message.startswith("After ")
    assert "(x)' the answer '):\\n' is no token of its own: the text ends " in message


def test_a_prompt_beyond_the_context_is_found_once_a_template(zoo: Tokenizer) -> None:
    long = "print(<noun>)\\n" * 30
    text = changed((LEVEL, f'"{long}<head><function>(x"'))
    ((line, message),) = said(text, zoo)
    assert line == line_of('"print(<noun>)\\nprint', text)
    assert " tokens, end of text included." in message
    tokens = int(message.split(" tokens, end of text")[0].rsplit(" ", 1)[1])
    assert tokens > N_CTX
    assert said(text, zoo, tokens) == []
    assert len(said(text, zoo, tokens - 1)) == 1


def test_a_file_that_makes_no_task_has_no_tokens(zoo: Tokenizer) -> None:
    assert said("name = ", zoo) == []
    assert said(example().replace("answers", "anwsers"), zoo) == []


def test_what_can_be_filled_is_checked_beside_other_errors(zoo: Tokenizer) -> None:
    text = changed(('"):\\n"', '") # done"'), (LEVEL, '"level(<nuon>)\\n<head><function>(x"'))
    assert [line for line, _ in said(text, zoo)] == [line_of("answers", text)]
