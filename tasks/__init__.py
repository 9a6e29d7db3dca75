"""Behaviours to explain: binary next-token choices in small Python programs."""

from tasks.base import Batch, Pair, Split, TaskError
from tasks.registry import all_tasks, get_task, published_tasks, use_task_folders
from tasks.template_task import Task

__all__ = [
    "Batch",
    "Pair",
    "Split",
    "Task",
    "TaskError",
    "all_tasks",
    "get_task",
    "published_tasks",
    "use_task_folders",
]
