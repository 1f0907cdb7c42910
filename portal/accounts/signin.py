"""Signing in with a bearer token of a cluster, and leaving again."""

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotFound, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from dashboard.api.credential import BearerToken
from dashboard.api.viewer import Introduction
from portal.accounts import door, tokens
from portal.accounts.login import Login, message_of


@sensitive_post_parameters("token")
@sensitive_variables("token")
async def sign_in(request: HttpRequest) -> HttpResponse:
    """Take a token, let its cluster say whose it is, and go to where the visitor was going."""
    if settings.ENVIRONMENT.auth != "token":
        return HttpResponseNotFound()
    if request.method != "POST":
        asked = request.GET
        why = message_of(asked.get("why", ""), asked.get("cluster", ""))
        return await ask(request, Login.read(asked, why))
    login = Login.read(request.POST, "")
    token = "".join(request.POST.get("token", "").split())  # a terminal may have wrapped it
    if not token or len(token) > tokens.TOKEN_LIMIT or not token.isascii():
        return await ask(
            request, login.refused(_("Paste a token: one word, as kubectl prints it."))
        )
    found: Introduction = await tokens.introduce(login.cluster, token)
    if found.trouble is not None:
        return await ask(request, login.refused(found.trouble.told(_)))
    await tokens.keep(request.session, found.cluster, BearerToken(token), found.user)
    return HttpResponseRedirect(_back(request, login.next))


@require_POST
async def sign_out(request: HttpRequest) -> HttpResponse:
    """Forget every token of this visitor; their open sockets close."""
    await request.session.aflush()
    return HttpResponseRedirect(reverse("home"))


async def ask(request: HttpRequest, login: Login) -> HttpResponse:
    """Return the form, with status 401 for a stranger and for a token that was refused."""
    is_in = await door.credential(request.session) is not None
    answer: HttpResponse = await sync_to_async(render)(
        request,
        "portal/closed.html",
        {"login": login},
        status=200 if is_in and not login.message else 401,
    )
    # RFC 9110, 15.5.2: a 401 names its scheme; a script may send a token as RFC 6750 says.
    answer["WWW-Authenticate"] = 'Bearer realm="Portolan"'
    return answer


def _back(request: HttpRequest, to: str) -> str:
    is_ours = url_has_allowed_host_and_scheme(
        to, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return to if is_ours else reverse("home")
