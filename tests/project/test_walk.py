"""The way of a table through SMOTE: X enters each room once, and goes down from it only."""

import sys

import numpy as np
import pytest
from project.test_architecture import place_of

import fastsmote.over_sampling
from fastsmote import threads


def room_of(frame):
    """The room of the code that runs in a frame, or None outside the package."""
    name = frame.f_globals.get("__name__", "")
    return name.split(".")[1] if name.startswith("fastsmote.") else None


def rooms_entered_by(X, call):
    """(from, to) for each call that hands X itself from one room to another.

    `_kernels` is left out: it is the ground floor, which every room uses.
    """
    entered, seen = [], set()  # frames, as a generator is called again where it goes on

    def watch(frame, event, argument):
        if event != "call" or room_of(frame) in (None, "_kernels") or frame in seen:
            return
        seen.add(frame)
        code = frame.f_code
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        if not any(frame.f_locals.get(name) is X for name in names):
            return
        caller = frame.f_back
        while caller is not None and room_of(caller) is None:
            caller = caller.f_back
        source = None if caller is None else room_of(caller)
        if source != room_of(frame):
            entered.append((source, room_of(frame)))

    sys.setprofile(watch)
    try:
        call()
    finally:
        sys.setprofile(None)
    return entered


@pytest.mark.parametrize("name", ["SMOTE", "ADASYN"])
def test_x_enters_each_room_once(name):
    rng = np.random.RandomState(0)
    X, y = rng.randn(300, 4), (np.arange(300) < 60).astype(int)
    sampler = getattr(fastsmote.over_sampling, name)(random_state=0)
    with threads(1):
        sampler.fit_resample(X, y)  # imports what a first call needs
        entered = rooms_entered_by(X, lambda: sampler.fit_resample(X, y))
    assert entered == [
        (None, "_base"),  # `fit_resample`, which checks X and calls the sampler
        ("_base", "over_sampling"),
        ("over_sampling", "_synthesis"),
        ("over_sampling", "_search"),
    ]
    rooms = [place_of(f"fastsmote.{room}.module")[0] for _, room in entered[1:]]
    assert rooms == sorted(rooms)
