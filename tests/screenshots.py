"""Takes the pictures of the README: `python -m tests.screenshots` (needs a Chromium; see CONTRIBUTING)."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from playwright.async_api import Page, async_playwright

from bot.app import open_app
from bot.cli.run import serve_pages
from bot.samples.sample_data import load_sample_data
from bot.settings import load_settings

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
PORT = 8799
ADDRESS = f"http://127.0.0.1:{PORT}"
SAID = ["yes", "yes", "yes", "yes", "yes", "yes", "no", "our Susan came on Sunday", "1"]
ANSWER = "They come at four and I'm not hungry while six, so it goes in the bin."


async def main() -> None:
    """Serves Sayso with sample data, talks a little, and takes the pictures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(data_folder=Path(folder), database_url="", port=PORT, demo=True)
        async with open_app(settings) as app:
            await load_sample_data(app.database)
            serving = asyncio.create_task(serve_pages(app))
            await asyncio.sleep(2)
            async with async_playwright() as playwright:
                chromium = shutil.which("chromium") or shutil.which("google-chrome")
                browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
                await talk(await browser.new_page(viewport={"width": 480, "height": 900}))
                await provider(await browser.new_page(viewport={"width": 1100, "height": 900}))
                await browser.close()
            serving.cancel()


async def talk(page: Page) -> None:
    """The web chat, on a telephone."""
    await page.goto(f"{ADDRESS}/talk")
    await page.screenshot(path=FOLDER / "start.png")
    await page.get_by_label("Home care").check()
    await page.get_by_role("button", name="Start").first.click()
    for text in [*SAID, ANSWER]:
        box = page.get_by_role("textbox").first
        await box.fill(text)
        await box.press("Enter")
        await page.wait_for_timeout(1200)
    await page.screenshot(path=FOLDER / "talk.png")


async def provider(page: Page) -> None:
    """The provider's page, one theme, two services side by side, and the queue of quotes."""
    await page.goto(f"{ADDRESS}/provider")
    await page.screenshot(path=FOLDER / "provider.png")
    await page.locator("a[href*='/provider/themes/']").first.click()
    await page.screenshot(path=FOLDER / "theme.png")
    await page.goto(f"{ADDRESS}/provider/compare?service=sample-home-support&service=sample-elm-court")
    await page.screenshot(path=FOLDER / "compare.png")
    await page.goto(f"{ADDRESS}/provider/check")
    await page.screenshot(path=FOLDER / "check.png")


if __name__ == "__main__":
    asyncio.run(main())
