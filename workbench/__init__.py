"""The on-site evaluation workbench (现场评价工作台)."""
