"""What the figures of a period are reckoned from: tickets, lines, ratings, costs and orders, a few plain queries."""
