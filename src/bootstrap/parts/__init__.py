"""The installation's classes, put together context by context; ``bootstrap.container`` joins them.

Each part is a container that extends the parts whose classes it is made of. Names are flat: what a part adds is an
attribute of the whole container, to be overridden there.
"""
