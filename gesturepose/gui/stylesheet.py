"""The style sheet: one rhythm of 8 px, 12 px card corners, 8 px control corners.

Widgets say what they are by the dynamic property ``role``; nothing else styles anything.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gesturepose.gui.theme import Theme

_CONTROLS = Path(__file__).parent / "icons" / "controls"
_SHEET = """
* {{ font-size: 14px; }}
QWidget {{ color: {text}; }}
QMainWindow, QDialog, QWidget[role="window"] {{ background: {window}; }}
QToolTip {{ background: {raised}; color: {text}; border: 1px solid {line}; padding: 4px 8px; }}

QFrame[role="card"] {{ background: {card}; border: 1px solid {line}; border-radius: 12px; }}
QFrame[role="bar"] {{ background: {card}; border: none; }}
QFrame[role="line"] {{ background: {line}; border: none; max-height: 1px; }}

QLabel {{ background: transparent; }}
QLabel[role="title"] {{ font-size: 17px; font-weight: 600; }}
QLabel[role="heading"] {{ font-size: 15px; font-weight: 600; }}
QLabel[role="muted"] {{ color: {muted}; }}
QLabel[role="note"] {{ color: {muted}; font-size: 12.5px; }}
QLabel[role="warning"] {{ color: {amber}; font-size: 12.5px; }}
QLabel[role="danger"] {{ color: {danger}; }}
QLabel[role="chip"] {{
    background: {raised}; border: 1px solid {line}; border-radius: 13px; padding: 4px 12px;
}}

QPushButton {{
    background: {card}; border: 1px solid {line}; border-radius: 8px;
    padding: 0 14px; min-height: 34px;
}}
QPushButton:hover {{ background: {raised}; }}
QPushButton:pressed {{ background: {line}; }}
QPushButton:checked {{ background: {accent_soft}; border-color: {accent}; }}
QPushButton:disabled {{ color: {muted}; border-color: {line}; }}
QPushButton:focus, QToolButton:focus {{ border: 2px solid {accent}; padding: 0 13px; }}
QPushButton[role="primary"] {{
    background: {accent}; color: {on_accent}; border: 1px solid {accent}; font-weight: 600;
}}
QPushButton[role="primary"]:focus {{ border: 2px solid {text}; }}
QPushButton[role="primary"]:disabled {{ background: {line}; border-color: {line}; color: {muted}; }}
QPushButton[role="danger"] {{ color: {danger}; }}
QPushButton[role="plain"] {{ background: transparent; border-color: transparent; }}
QPushButton[role="plain"]:hover {{ background: {raised}; }}
QPushButton[role="plain"]:focus {{ border: 2px solid {accent}; }}
QToolButton {{
    background: transparent; border: 1px solid transparent; border-radius: 8px;
    min-width: 34px; min-height: 34px;
}}
QToolButton:hover {{ background: {raised}; }}
QToolButton:focus {{ padding: 0; }}

QLineEdit, QPlainTextEdit, QComboBox, QSpinBox, QDoubleSpinBox {{
    background: {raised}; border: 1px solid {line}; border-radius: 8px;
    padding: 0 10px; min-height: 34px; selection-background-color: {accent};
    selection-color: {on_accent};
}}
QPlainTextEdit {{ padding: 6px 8px; }}
QLineEdit:focus, QPlainTextEdit:focus, QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus {{
    border: 2px solid {accent}; padding: 0 9px;
}}
QLineEdit:disabled, QComboBox:disabled {{ color: {muted}; }}
QLineEdit[invalid="true"] {{ border: 2px solid {danger}; }}
QComboBox::drop-down {{ border: none; width: 30px; }}
QComboBox::down-arrow {{ image: url({controls}/chevron-{name}.svg); width: 12px; height: 12px; }}
QAbstractSpinBox QLineEdit, QComboBox QLineEdit {{
    border: none; background: transparent; padding: 0; min-height: 0;
}}
QComboBox QAbstractItemView {{
    background: {card}; border: 1px solid {line}; selection-background-color: {accent_soft};
    selection-color: {text}; outline: 0;
}}

QCheckBox, QRadioButton {{ spacing: 8px; min-height: 32px; background: transparent; }}
QCheckBox:focus, QRadioButton:focus {{ color: {accent}; }}
QCheckBox::indicator, QRadioButton::indicator {{
    width: 18px; height: 18px; background: {raised}; border: 2px solid {muted};
}}
QCheckBox::indicator {{ border-radius: 5px; }}
QRadioButton::indicator {{ border-radius: 11px; }}
QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border-color: {accent}; }}
QCheckBox::indicator:checked, QRadioButton::indicator:checked {{
    background: {accent}; border-color: {accent};
}}
QCheckBox::indicator:checked {{ image: url({controls}/check-{name}.svg); }}
QRadioButton::indicator:checked {{ image: url({controls}/dot-{name}.svg); }}

QTabBar {{ qproperty-drawBase: 0; background: transparent; }}
QTabBar::tab {{
    background: transparent; color: {muted}; padding: 10px 14px; margin: 0 2px;
    border: none; border-bottom: 2px solid transparent; min-height: 20px;
}}
QTabBar::tab:selected {{ color: {text}; border-bottom: 2px solid {accent}; font-weight: 600; }}
QTabBar::tab:focus {{ color: {accent}; }}
QTabWidget::pane {{ border: none; border-top: 1px solid {line}; }}

QAbstractItemView {{ background: transparent; border: none; outline: 0; }}
QHeaderView::section {{
    background: transparent; color: {muted}; border: none; border-bottom: 1px solid {line};
    padding: 8px; font-size: 12.5px;
}}
QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 2px; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 2px; }}
QScrollBar::handle {{ background: {line}; border-radius: 4px; min-height: 32px; min-width: 32px; }}
QScrollBar::handle:hover {{ background: {muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}

QMenu {{ background: {card}; border: 1px solid {line}; padding: 4px; }}
QMenu::item {{ padding: 8px 24px; border-radius: 6px; }}
QMenu::item:selected {{ background: {accent_soft}; }}
QProgressBar {{ background: {line}; border: none; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {accent}; border-radius: 3px; }}
"""


def write_stylesheet(theme: Theme) -> str:
    """Write the application's style sheet in a theme's colours."""
    tokens = {name: getattr(theme, name) for name in theme.__slots__}
    return _SHEET.format(controls=_CONTROLS.as_posix(), **tokens)
