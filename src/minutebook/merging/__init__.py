"""happenings → happenings, one row a phase of one occurrence, with all its evidence.

One thing may be in several records: an alert in Prometheus, in Alertmanager and in a pager, a deploy in two exports, a
webhook sent again. They become one row where ids, labels, or service, version and time prove it, and stay apart where
they don't. The earliest start, the latest explicit end and an exact time (over a sampled one) are kept; other columns are
the newest observation's.
"""

from minutebook.merging.happenings import merge_happenings
from minutebook.merging.rollbacks import Sighting, word_rollbacks

__all__ = ["Sighting", "merge_happenings", "word_rollbacks"]
