"""What was decided happens: money is paid, goods are sent and taken back, coupons issued; then a ticket is resolved."""
