"""What can happen to a request, a file each: ``(approval, input, now) -> Change``, without what there is not.

Nothing is changed in place and no clock is read. A command that may not happen raises and changes nothing.
Deadlines are not looked at by the commands: who calls them has applied ``advance`` first, once
(``service/commands.py``).
"""
