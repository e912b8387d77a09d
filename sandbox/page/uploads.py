"""Files that a person puts into a file_input: they become files of the workspace."""

import mimetypes

from starlette.datastructures import FormData, UploadFile

from sandbox.model import File
from sandbox.state.workspace import Workspace


async def texts_of(form: FormData, workspace: Workspace, user_id: str) -> dict[str, list[str]]:
    """Return every field's texts; an uploaded file is stored and stands for its id."""
    texts: dict[str, list[str]] = {}
    for name, entry in form.multi_items():
        if isinstance(entry, UploadFile):
            if entry.filename:
                stored = await _stored(entry, workspace, user_id)
                texts.setdefault(name, []).append(stored.id)
        else:
            texts.setdefault(name, []).append(entry)
    return texts


async def _stored(upload: UploadFile, workspace: Workspace, user_id: str) -> File:
    content = await upload.read()
    name = upload.filename or "file"
    file = File(
        id=workspace.new_id("F"),
        name=name,
        length=len(content),
        title=name,
        mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream",
        user=user_id,
        created=int(workspace.clock()),
        content=content,
        completed=True,
    )
    workspace.files[file.id] = file
    return file
