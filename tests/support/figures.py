"""The lines and names that a figure shows."""


def lines_of(panel):
    """The labelled lines by their labels."""
    return {line.get_label(): line for line in panel.get_lines() if not line.get_label().startswith("_")}


def named(panel):
    """The agents named beside a panel, from top to bottom."""
    if panel.get_legend() is not None:
        return [text.get_text() for text in panel.get_legend().get_texts()]
    beside = [text for text in panel.texts if text.get_gid() == "end label"]
    return [text.get_text() for text in sorted(beside, key=lambda text: -text.get_position()[1])]


def rows_of(panel):
    """The agents of a forest plot, from top to bottom."""
    return [text.get_text().replace("\n", "") for text in panel.texts if text.get_gid() == "agent"]
