"""How dates look in German where Django's own are too long for a column."""

DATETIME_FORMAT = "d.m.Y H:i"
