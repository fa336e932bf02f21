"""What was handed over of what was decided."""
