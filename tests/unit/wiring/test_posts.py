"""Who of a gateway runs: two processes never share a source, and the dead are not believed."""

from __future__ import annotations

import os
from pathlib import Path

from proofbook.wiring.posts import Post, read_posts


def test_each_process_has_a_source_of_its_own_and_a_free_one_is_taken_again(tmp_path: Path) -> None:
    """Two that wrote under one name would look like one that contradicts itself."""
    first, second = Post(tmp_path, "main"), Post(tmp_path, "main")
    other = Post(tmp_path, "other/name")
    assert (first.source, second.source, other.source) == ("gateway:main", "gateway:main/2", "gateway:other/name")
    first.close()
    first.close()
    again = Post(tmp_path, "main")
    assert again.source == "gateway:main"
    for each in (second, other, again):
        each.close()


def test_what_holders_say_is_read_and_what_nobody_holds_is_not(tmp_path: Path) -> None:
    """A state left behind by a process that was killed says nothing about now."""
    first, second, lead = Post(tmp_path, "main"), Post(tmp_path, "main"), Post(tmp_path, "main", "lead")
    first.tell({"state": "ready", "refused": "a long reason"})
    first.tell({"state": "draining"})
    assert [(each.source, each.pid, dict(each.told)) for each in second.peers()] == [
        ("gateway:main", os.getpid(), {"pid": os.getpid(), "state": "draining"})
    ]
    assert [each.number for each in read_posts(tmp_path, "main", "lead")] == [1]
    first.close()
    assert second.peers() == ()
    second.close()
    lead.close()
    assert read_posts(tmp_path, "main") == ()
    assert read_posts(tmp_path / "nowhere", "main") == ()


def test_post_that_is_being_written_is_held_all_the_same(tmp_path: Path) -> None:
    """Whoever looks in the very moment must not take the process for gone."""
    post = Post(tmp_path, "main")
    os.pwrite(post._descriptor, b"{", 0)
    os.ftruncate(post._descriptor, 1)
    assert [each.pid for each in read_posts(tmp_path, "main")] == [0]
    post.close()
