"""What is published for graded PZT films; README.md says where, and how well it is known."""

#: Largest strain gradient (1/m) and internal field (V/m) of up-graded films.
GRADIENT, FIELD = 4.3e5, 200e5
#: Pyroelectric coefficients (C/m²K), by film.
PYRO = {"single": 229e-6, "up_graded": 229e-6, "down_graded": 185e-6}
#: Permittivity of up-graded films over that of one composition, at most.
RATIO = 0.5
