"""The page's addresses. Reads are GET and return HTML; everything a person does is a POST.

`/as/{user}/…` says who one is, so that two tabs can be two people. A POST answers 204; what it
changed reaches the page over the live stream, like everybody else's changes.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.block_kit.element_state import BadChoice, find, stateful
from sandbox.page import fields, live, screen
from sandbox.page.desk import Desk, Place
from sandbox.page.guard import Guard
from sandbox.page.render import render
from sandbox.page.unread import ReadMarks
from sandbox.page.uploads import texts_of
from sandbox.people.acts import Choice, Result
from sandbox.people.interactions import Interactions
from sandbox.state.workspace import Workspace

STATIC = Path(__file__).parent / "static"

Handler = Callable[[Desk, Request], Awaitable[Response]]

_NO_STORE = {"Cache-Control": "no-store"}
_TROUBLE = "Something went wrong. The app did not answer as it should ({error})."


def page_routes(workspace: Workspace, interactions: Interactions) -> list[Route | Mount]:
    """Return the routes of the browser page, guarded against every other origin."""
    marks = ReadMarks(workspace)
    guarded = [Middleware(Guard)]

    def at(path: str, handler: Handler, method: str = "GET") -> Route:
        async def endpoint(request: Request) -> Response:
            user_id = request.path_params["user"]
            if user_id not in {person.id for person in workspace.people()}:
                raise HTTPException(404, f"There is nobody with the id {user_id}.")
            return await handler(Desk(workspace, interactions, marks, user_id), request)

        return Route(f"/as/{{user}}{path}", endpoint, methods=[method], middleware=guarded)

    async def start(_: Request) -> Response:
        first = next(iter(workspace.people()), None)
        if first is None:
            raise HTTPException(404, "This workspace has no people yet.")
        return RedirectResponse(f"/as/{first.id}")

    return [
        Route("/", start, middleware=guarded),
        Route("/switch", _switch, middleware=guarded),
        Mount("/static", StaticFiles(directory=STATIC), middleware=guarded),
        at("", _enter),
        at("/app", _app),
        at("/with/{other}", _direct),
        at("/events", _events),
        at("/files/{file}", _file),
        at("/parts/sidebar", _sidebar),
        at("/parts/head/{channel}", _head),
        at("/parts/timeline/{channel}", _timeline),
        at("/parts/thread/{channel}/{ts}", _thread),
        at("/parts/home", _home),
        at("/parts/modals", _modals),
        at("/options/message/{channel}/{ts}", _options),
        at("/options/view/{view}", _options),
        at("/say/{channel}", _say, "POST"),
        at("/act/message/{channel}/{ts}", _act, "POST"),
        at("/act/view/{view}", _act, "POST"),
        at("/submit/{view}", _submit, "POST"),
        at("/close/{view}", _close, "POST"),
        at("/react/{channel}/{ts}", _react, "POST"),
        at("/dismiss/{channel}/{ts}", _dismiss, "POST"),
        at("/shortcut", _shortcut, "POST"),
        at("/shortcut/{channel}/{ts}", _shortcut, "POST"),
        at("/join/{channel}", _join, "POST"),
        at("/leave/{channel}", _leave, "POST"),
        at("/opened/{tab}", _opened, "POST"),
        at("/{channel}", _page),
    ]


def done(*parts: str, toast: str | None = None) -> Response:
    """Answer a POST: which parts to fetch again at once, and a sentence to show."""
    triggers: dict[str, object] = {}
    if parts:
        triggers["parts"] = {"target": "body", "names": parts}
    if toast:
        triggers["toast"] = {"target": "body", "text": toast}
    headers = {"HX-Trigger": json.dumps(triggers)} if triggers else {}
    return Response(status_code=204, headers=_NO_STORE | headers)


def told(result: Result, *parts: str) -> Response:
    """Answer with how an act went; a form's own errors stand beside its fields, not in a toast."""
    if result.ok or result.errors:
        return done(*parts)
    return done(*parts, toast=result.notice or _TROUBLE.format(error=result.error))


def _html(markup: str) -> HTMLResponse:
    return HTMLResponse(markup, headers=_NO_STORE)


# ---- where one is --------------------------------------------------------------------------------


async def _switch(request: Request) -> Response:
    user_id = quote(request.query_params.get("user", ""), safe="")
    channel_id = quote(request.query_params.get("channel", ""), safe="")
    return RedirectResponse(f"/as/{user_id}?channel={channel_id}", status_code=303)


async def _enter(desk: Desk, request: Request) -> Response:
    wanted = desk.workspace.channels.get(request.query_params.get("channel", ""))
    if wanted is None or not desk.workspace.sees(wanted, desk.user_id):
        wanted = desk.first_channel()
    return RedirectResponse(f"/as/{desk.user_id}/{wanted.id}", status_code=303)


async def _app(desk: Desk, request: Request) -> Response:
    channel = desk.interactions.open_direct_message(desk.user_id, desk.workspace.app.bot_user_id)
    tab = "?tab=messages" if request.query_params.get("tab") == "messages" else ""
    return RedirectResponse(f"/as/{desk.user_id}/{channel}{tab}", status_code=303)


async def _direct(desk: Desk, request: Request) -> Response:
    other = request.path_params["other"]
    if other not in desk.workspace.users:
        raise HTTPException(404, f"There is nobody with the id {other}.")
    channel = desk.interactions.open_direct_message(desk.user_id, other)
    return RedirectResponse(f"/as/{desk.user_id}/{channel}", status_code=303)


async def _page(desk: Desk, request: Request) -> Response:
    channel = desk.channel(request.path_params["channel"])
    query = request.query_params
    return _html(desk.page(channel, query.get("tab", "home"), query.get("thread")))


# ---- parts ---------------------------------------------------------------------------------------


async def _events(desk: Desk, _: Request) -> Response:
    return StreamingResponse(
        live.stream(desk.workspace, desk.user_id),
        media_type="text/event-stream",
        headers=_NO_STORE,
    )


async def _sidebar(desk: Desk, request: Request) -> Response:
    current = desk.workspace.channels.get(request.query_params.get("channel", ""))
    return _html(desk.sidebar(current))


async def _head(desk: Desk, request: Request) -> Response:
    return _html(desk.head(desk.channel(request.path_params["channel"])))


async def _timeline(desk: Desk, request: Request) -> Response:
    return _html(desk.timeline(desk.channel(request.path_params["channel"])))


async def _thread(desk: Desk, request: Request) -> Response:
    channel = desk.channel(request.path_params["channel"])
    return _html(desk.thread(channel, request.path_params["ts"]))


async def _home(desk: Desk, _: Request) -> Response:
    return _html(desk.home())


async def _modals(desk: Desk, _: Request) -> Response:
    return _html(desk.modals())


async def _file(desk: Desk, request: Request) -> Response:
    file = desk.workspace.file(request.path_params["file"])
    if (
        file is None
        or file.content is None
        or not screen.may_read(desk.workspace, file, desk.user_id)
    ):
        raise HTTPException(404, "There is no such file that you can see.")
    shown = file.mimetype in screen.SHOWN_IMAGES
    kind = "inline" if shown else "attachment"
    return Response(
        file.content,
        media_type=file.mimetype if shown else "application/octet-stream",
        headers={"Content-Disposition": f"{kind}; filename*=utf-8''{quote(file.name, safe='')}"},
    )


# ---- what one does -------------------------------------------------------------------------------


async def _say(desk: Desk, request: Request) -> Response:
    channel = desk.channel(request.path_params["channel"])
    texts = await _texts(desk, request)
    text, thread_ts = _one(texts, "text").strip(), _one(texts, "thread_ts") or None
    if not text:
        return done()
    if not text.startswith("/"):
        said = await desk.interactions.post_message(desk.user_id, channel.id, text, thread_ts)
        return told(said)
    if thread_ts is not None:
        return done(toast=f"{text.split()[0]} is not supported in threads. Sorry!")
    return told(await desk.interactions.run_command(desk.user_id, channel.id, text))


async def _act(desk: Desk, request: Request) -> Response:
    place = desk.place(request)
    texts = await _texts(desk, request)
    block_id, action_id = _one(texts, "block_id"), _one(texts, "action_id")
    try:
        _, element = find(place.shown.blocks, block_id, action_id)
        changed = _changed(desk, place, texts)
        value: Choice = _one(texts, "value") or None
        if fields.is_stateful(element):
            changed.get(block_id, {}).pop(action_id, None)
            name = fields.field_name(block_id, action_id)
            value = fields.read_field(element, texts.get(name, ()), desk.reader)
    except BadChoice as error:
        return done(toast=str(error))
    except ValueError:
        return done(toast="That is not a date and time.")
    result = await desk.interactions.click(
        desk.user_id, place.container, block_id, action_id, value, changed
    )
    return told(result, "modals")


async def _submit(desk: Desk, request: Request) -> Response:
    place = desk.place(request)
    texts = await _texts(desk, request)
    try:
        changed = _changed(desk, place, texts)
    except ValueError:
        return done(toast="That is not a date and time.")
    view_id = request.path_params["view"]
    return told(await desk.interactions.submit_view(desk.user_id, view_id, changed), "modals")


async def _close(desk: Desk, request: Request) -> Response:
    view_id = request.path_params["view"]
    clear = "all" in request.query_params
    return told(await desk.interactions.close_view(desk.user_id, view_id, clear=clear), "modals")


async def _react(desk: Desk, request: Request) -> Response:
    message = desk.message(request.path_params["channel"], request.path_params["ts"])
    name = _one(await _texts(desk, request), "name")
    return told(await desk.interactions.react(desk.user_id, message.channel_id, message.ts, name))


async def _dismiss(desk: Desk, request: Request) -> Response:
    message = desk.message(request.path_params["channel"], request.path_params["ts"])
    desk.interactions.dismiss(desk.user_id, message.channel_id, message.ts)
    return done()


async def _shortcut(desk: Desk, request: Request) -> Response:
    params = request.path_params
    callback_id = _one(await _texts(desk, request), "callback_id")
    result = await desk.interactions.run_shortcut(
        desk.user_id, callback_id, params.get("channel"), params.get("ts")
    )
    return told(result, "modals")


async def _join(desk: Desk, request: Request) -> Response:
    channel = desk.channel(request.path_params["channel"])
    result = await desk.interactions.join(desk.user_id, channel.id)
    return _reloaded() if result.ok else told(result)


async def _leave(desk: Desk, request: Request) -> Response:
    channel = desk.channel(request.path_params["channel"])
    result = await desk.interactions.leave(desk.user_id, channel.id)
    if not result.ok:
        return told(result)
    return Response(status_code=204, headers={"HX-Redirect": f"/as/{desk.user_id}"})


async def _opened(desk: Desk, request: Request) -> Response:
    tab = "messages" if request.path_params["tab"] == "messages" else "home"
    return told(await desk.interactions.open_home(desk.user_id, tab))


async def _options(desk: Desk, request: Request) -> Response:
    place = desk.place(request)
    query = request.query_params
    block_id, action_id = query.get("block_id", ""), query.get("action_id", "")
    found = await desk.interactions.options(
        desk.user_id, place.container, block_id, action_id, query.get("q", "")
    )
    _, element = find(place.shown.blocks, block_id, action_id)
    name = fields.field_name(block_id, action_id)
    groups = fields.option_groups(found, without=query.getlist(name))
    return _html(
        render(
            "element/picker_options.html",
            reader=desk.reader,
            groups=groups,
            name=name,
            is_multiple=fields.is_multiple(element),
            values=(),
        )
    )


def _reloaded() -> Response:
    return Response(status_code=204, headers={"HX-Refresh": "true"})


async def _texts(desk: Desk, request: Request) -> dict[str, list[str]]:
    async with request.form() as form:
        return await texts_of(form, desk.workspace, desk.user_id)


def _one(texts: Mapping[str, list[str]], name: str) -> str:
    return texts.get(name, [""])[-1]


def _changed(
    desk: Desk, place: Place, texts: Mapping[str, list[str]]
) -> dict[str, dict[str, Choice]]:
    shown = place.shown
    changed = fields.read_form(shown.blocks, place.surface.state, texts, desk.reader)
    for block, element in stateful(shown.blocks):
        choices = changed.get(block["block_id"], {})
        if element["type"] == "file_input" and element["action_id"] in choices:
            ids = texts[fields.field_name(block["block_id"], element["action_id"])]
            choices[element["action_id"]] = desk.file_objects(ids)
    return changed
