"""What tells series apart."""

# Okabe and Ito's palette, black in place of yellow (too pale for a line on white). Seven colours, six markers and five dashes:
# two series of one colour differ in both others.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MARKERS = ("o", "s", "^", "D", "v", "P")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
