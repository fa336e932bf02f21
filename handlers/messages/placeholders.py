"""What platforms write in place of signs that a client cannot show: [图片], [Facepalm], [Unsupported Message]."""

from __future__ import annotations

from handlers.messages.patterns import pattern_of

# words without a figure in square brackets: whatever the language, nobody types goods or numbers so
PLACEHOLDER = pattern_of(r"\[[^\[\]\d\n]{1,32}\]|【(?:图片|表情|动画表情|语音|视频|文件|位置|链接|红包|转账|名片)】")


def without(text: str) -> str:
    """Return a text without placeholders.

    >>> without("草莓坏了[Facepalm]"), without("[Unsupported Message]"), without("[3号] 坏了")
    ('草莓坏了', '', '[3号] 坏了')
    """
    return PLACEHOLDER.sub("", text).strip() if "[" in text or "【" in text else text
