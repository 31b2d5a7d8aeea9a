"""The first view of a page: what it loads, when it is there, how much it moves.

Chromium's own measures, on a phone as Lighthouse imagines one (four times slower, 1.6 Mbit/s with
150 ms to the server, which compresses) and on a desktop. Medians of three visits, each with an
empty cache.
"""

from __future__ import annotations

import functools
import gzip
import http.server
import statistics
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.authoring import chromium

ROOT = Path(__file__).resolve().parents[1]
PAGES = ("index", "03-dropout-forward", "11-gpu-pytorch")
VISITS = 3
TEXT = (".html", ".css", ".js", ".svg", ".json")


@dataclass(frozen=True)
class Device:
    """A screen, and how slow what is behind it is."""

    name: str
    width: int
    height: int
    slower: float = 1
    kilobits: float = 10_240
    latency: float = 40  # ms

    @property
    def network(self) -> dict[str, Any]:
        """Chromium's words for its connection."""
        speed = self.kilobits * 1024 / 8
        return {
            "offline": False,
            "latency": self.latency,
            "downloadThroughput": speed,
            "uploadThroughput": speed,
        }


PHONE = Device("phone", 390, 844, slower=4, kilobits=1_638.4, latency=150)
DESKTOP = Device("desktop", 1280, 900)

WATCH = """
window.firstView = { shift: 0, largest: 0, blocked: 0 };
const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take))
  .observe({ type, buffered: true });
watch("layout-shift", (one) => { if (!one.hadRecentInput) window.firstView.shift += one.value; });
watch("largest-contentful-paint", (one) => { window.firstView.largest = one.startTime; });
watch("longtask", (one) => { window.firstView.blocked += Math.max(0, one.duration - 50); });
"""
READ = """() => ({
  ...window.firstView,
  first: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0,
  loaded: performance.getEntriesByType("navigation")[0].loadEventEnd,
})"""


class _Compressing(http.server.SimpleHTTPRequestHandler):
    """Serves as hosts of static pages do: text compressed."""

    def log_message(self, *args: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Send a file."""
        path = Path(self.translate_path(self.path))
        if path.suffix not in TEXT or not path.is_file():
            return super().do_GET()
        data = packed(path)
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
        return None


@contextmanager
def compressed(folder: Path) -> Iterator[str]:
    """Serve a folder with its text compressed; yield its address."""
    handler = functools.partial(_Compressing, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@functools.cache
def packed(path: Path) -> bytes:
    """Compress a file of a site: once, though every page asks for it."""
    return gzip.compress(path.read_bytes(), 9)


def weight(path: Path) -> int:
    """Bytes of a file as a host sends it."""
    return len(packed(path)) if path.suffix in TEXT else path.stat().st_size


def first_view(browser: Any, site: Path, address: str, device: Device = PHONE) -> dict[str, float]:
    """Open a page for the first time; return what it took.

    Parameters
    ----------
    browser : Browser
        Of Playwright.
    site : Path
        The folder that is served.
    address : str
        Of the page.
    device : Device
        How it is opened.

    Returns
    -------
    dict
        `kilobytes` and `files` that were loaded, figures left out; `first` and `largest`
        contentful paint, and `loaded`, in ms; `blocked`, what tasks took beyond 50 ms each;
        `shift`, the sum of layout shifts.
    """
    size = {"width": device.width, "height": device.height}
    context = browser.new_context(viewport=size)
    page = context.new_page()
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    protocol.send("Network.emulateNetworkConditions", device.network)
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": device.slower})
    page.add_init_script(WATCH)
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(request.url.split("?")[0].split("#")[0]))
    page.goto(address, wait_until="load", timeout=120_000)
    page.wait_for_load_state("networkidle", timeout=120_000)
    page.wait_for_timeout(500)
    found = page.evaluate(READ)
    context.close()
    home = address.rpartition("/")[0] + "/"
    paths = [url.removeprefix(home) for url in asked if url.startswith(home)]
    own = [path for path in paths if not path.startswith("_images/")]
    return found | {
        "kilobytes": sum(weight(site / path) for path in own) / 1024,
        "files": len(own),
    }


def run(site: Path = ROOT / "build" / "book" / "html") -> str:
    """Visit some pages; return a table."""
    rows = [
        "| Page | Device | KB | Files | First paint (ms) | Largest paint (ms) | Loaded (ms) "
        "| Blocked (ms) | Shift |",
        "|:--|:--|--:|--:|--:|--:|--:|--:|--:|",
    ]
    with chromium.launched(chromium.READERS) as browser, compressed(site) as home:
        for name in PAGES:
            for device in (PHONE, DESKTOP):
                visits = [
                    first_view(browser, site, f"{home}/{name}.html", device) for _ in range(VISITS)
                ]
                middle = {key: statistics.median(v[key] for v in visits) for key in visits[0]}
                numbers = " | ".join(
                    f"{middle[key]:.0f}"
                    for key in ("kilobytes", "files", "first", "largest", "loaded", "blocked")
                )
                rows.append(f"| {name} | {device.name} | {numbers} | {middle['shift']:.3f} |")
    intro = (
        "First view of the built book, without its figures: bytes as a host sends them (text "
        "compressed), and medians of three visits of headless Chromium with an empty cache. "
        f"Phone: {PHONE.slower:g} times slower, {PHONE.kilobits / 1024:.1f} Mbit/s, "
        f"{PHONE.latency:g} ms; desktop: {DESKTOP.kilobits / 1024:g} Mbit/s, "
        f"{DESKTOP.latency:g} ms. It is not Lighthouse, which is not among what the course "
        "installs; the measures and the phone's settings are those that Lighthouse weighs."
    )
    return "\n".join([intro, "", *rows])
