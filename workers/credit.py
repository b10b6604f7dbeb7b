"""A worker that cannot acknowledge a message goes on consuming nevertheless.

Kombu 5.7 counts a message as "in hand" until Redis has confirmed its acknowledgement. Where Redis dies in
between, the error is logged and swallowed and the count stays: a worker with one process then waits for ever
for a message it has long done, alive and deaf. Here a message is out of hand whether Redis heard of it or not;
at worst it comes a second time, and a message is only a hint.
"""

from kombu.transport import redis, virtual


class QoS(redis.QoS):
    """Gives the credit back even if Redis does not answer."""

    def ack(self, delivery_tag: str) -> None:
        try:
            self._remove_from_indices(delivery_tag).execute()  # type: ignore[attr-defined]
        finally:
            virtual.QoS.ack(self, delivery_tag)

    def reject(self, delivery_tag: str, requeue: bool = False) -> None:
        try:
            super().reject(delivery_tag, requeue=requeue)
        finally:
            virtual.QoS.ack(self, delivery_tag)


def keep_credit() -> None:
    """Let every Redis channel of this process count that way."""
    redis.Channel.QoS = QoS
