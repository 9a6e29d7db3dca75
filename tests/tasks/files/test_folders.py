"""Task files in folders: found, read once, and left out with a reason."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models.tokenizer import Tokenizer
from tasks import Split, TaskError, all_tasks, get_task, use_task_folders
from tasks.files.folders import TaskFolders
from tasks.registry import ORDER, broken_tasks, task_file_of
from tasks.shifted import Shift, shifted_pairs
from tests.tasks.documented import changed, example, line_of

NAME = "def_or_call"


@pytest.fixture(autouse=True)
def no_folders_afterwards() -> Iterator[None]:
    yield
    use_task_folders(())


def write(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_is_a_task_as_soon_as_it_is_there(tmp_path: Path, zoo: Tokenizer) -> None:
    use_task_folders([tmp_path / "none", tmp_path])
    assert [task.name for task in all_tasks()] == list(ORDER)
    path = write(tmp_path, "any name.toml", example())
    write(tmp_path, "notes.txt", "no task")
    write(tmp_path, ".hidden.toml", "no task")
    assert [task.name for task in all_tasks()] == [*ORDER, NAME]
    task = get_task(NAME)
    assert task is get_task(NAME)
    assert task_file_of(NAME) == path
    assert task_file_of("with_as") is None
    assert len(task.pairs(zoo, Split.TRAIN, 200)) == 200
    path.unlink()
    with pytest.raises(TaskError, match=f"unknown task '{NAME}'"):
        get_task(NAME)


def test_a_changed_file_is_another_task(tmp_path: Path) -> None:
    path = write(tmp_path, "a.toml", example())
    folders = TaskFolders([tmp_path])
    before = folders.scan()[0][NAME]
    assert folders.scan()[0][NAME] is before
    path.write_text(changed(("Definition or call", "Other title")), encoding="utf-8")
    after = folders.scan()[0][NAME]
    assert after.title == "Other title"
    assert after.digest != before.digest


def test_the_first_of_two_files_keeps_the_name(tmp_path: Path) -> None:
    first = write(tmp_path / "one", "a.toml", example())
    second = write(tmp_path / "two", "b.toml", changed(("Definition or call", "Other")))
    folders = TaskFolders([tmp_path / "one", tmp_path / "two"])
    found, (broken,) = folders.scan()
    assert found[NAME].title == "Definition or call"
    assert folders.path_of(NAME) == first
    assert broken.path == second
    assert f"The name '{NAME}' is that of the task in {first}." in broken.error


def test_a_broken_file_says_why_it_is_no_task(tmp_path: Path) -> None:
    text = changed(("answers =", "anwsers ="))
    write(tmp_path, "broken.toml", text)
    write(tmp_path, "with.toml", changed((NAME, "with_as")))
    use_task_folders([tmp_path])
    assert [task.name for task in all_tasks()] == list(ORDER)
    first, second = broken_tasks()
    assert first.error.startswith("broken.toml:1: The key 'answers' is missing.")
    assert first.error.endswith("(and 1 more)")
    assert second.error.startswith(f"with.toml:{line_of('name =', text)}: The name 'with_as' is")
    assert get_task("with_as").title == "With or assignment"
    with pytest.raises(TaskError, match=r"'broken' cannot be used: broken\.toml:1: The key"):
        get_task("broken")


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "folder.toml").mkdir()
    _, (broken,) = TaskFolders([tmp_path]).scan()
    assert broken.error.startswith("folder.toml:1: The file cannot be read: ")


@pytest.mark.parametrize("shift", Shift)
def test_a_task_of_a_file_has_shifted_pairs(shift: Shift, tmp_path: Path, zoo: Tokenizer) -> None:
    write(tmp_path, "a.toml", example())
    task = TaskFolders([tmp_path]).scan()[0][NAME]
    assert len(shifted_pairs(task, zoo, shift, 20, 0, 64)) == 20


def test_without_completions_there_are_no_distractors(tmp_path: Path, zoo: Tokenizer) -> None:
    write(tmp_path, "a.toml", changed(('completions = ["", ""]\n', "")))
    task = TaskFolders([tmp_path]).scan()[0][NAME]
    assert len(shifted_pairs(task, zoo, Shift.LONGER, 5, 0, 64)) == 5
    with pytest.raises(TaskError, match=f"'{NAME}' does not say what follows its answers"):
        shifted_pairs(task, zoo, Shift.DISTRACTOR, 5, 0, 64)
