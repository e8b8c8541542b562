"""Laying out signatures that are too long for a line."""

from __future__ import annotations

_LONGEST_LINE = 72


def laid_out(signature: str) -> str:
    """A signature as it is, or with each parameter on a line of its own when it is too long for one.

    >>> laid_out("json.loads(s, *, cls=None)")
    'json.loads(s, *, cls=None)'
    >>> print(laid_out("subprocess.run(args, *, stdin=None, input=None, capture_output=False, shell=False)"))
    subprocess.run(
        args,
        *,
        stdin=None,
        input=None,
        capture_output=False,
        shell=False,
    )
    """
    opening = signature.find("(")
    if len(signature) <= _LONGEST_LINE or opening < 0:
        return signature
    parameters: list[str] = []
    depth, start = 0, opening + 1
    for position in range(opening, len(signature)):
        character = signature[position]
        if character in "([{":
            depth += 1
        elif character in ")]}":
            depth -= 1
        if depth == 0 or (depth == 1 and character == ","):
            parameters.append(signature[start:position].strip())
            start = position + 1
        if depth == 0:
            lines = "".join(f"    {parameter},\n" for parameter in parameters if parameter)
            return f"{signature[: opening + 1]}\n{lines}{signature[position:]}"
    return signature  # a bracket in a quoted default: nobody knows where a parameter ends
