"""The race: several libraries take turns on the same tables, each in its own process.

``python -m benchmarks.race`` runs it with any tables and samplers. ``race.publish`` runs the
published race, ``race.large`` the race on ten million rows, and ``race.figures`` draws the
recorded results again. The modules below them run a cell (``cells``) and a contest of cells
(``contests``), compare the rows (``digests``), and read the records (``records``,
``summary``). Programs that time a single process are one folder up or in ``studies``.
"""
