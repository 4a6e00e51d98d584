"""What the package is made of beside itself: its dependencies, their licences, and what is known against them."""
