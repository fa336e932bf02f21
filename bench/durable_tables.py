"""The tables of the form that a careful hand writes: messages seen, talks, orders, tickets."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Their metadata."""


class Seen(Base):
    """A message that was taken already."""

    __tablename__ = "seen"
    key: Mapped[str] = mapped_column(String(64), primary_key=True)


class Talk(Base):
    """Where a chat stands, and what it said."""

    __tablename__ = "talks"
    chat: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    step: Mapped[int]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)


class Order(Base):
    """An order and its buyer's phone."""

    __tablename__ = "orders"
    no: Mapped[str] = mapped_column(String(32), primary_key=True)
    phone: Mapped[str]


class Ticket(Base):
    """A claim that was filed."""

    __tablename__ = "tickets"
    id: Mapped[int] = mapped_column(primary_key=True)
    chat: Mapped[int] = mapped_column(BigInteger)
    order_no: Mapped[str]
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
