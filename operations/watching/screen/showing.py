"""One thing over the whole screen: a record as it may be seen, or a story."""

from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Footer, Static


class Showing(ModalScreen[None]):
    """A text with a title; Escape goes back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss", "Back"),
    ]

    def __init__(self, title: str, text: Text) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """The box."""
        with VerticalScroll(id="box") as box:
            box.border_title = self._title
            yield Static(self._text, id="shown")
        yield Footer()

    def show(self, text: Text) -> None:
        """Another text in its place."""
        self.query_one("#shown", Static).update(text)
