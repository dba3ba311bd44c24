"""Flask with Authlib: an authorization server with RFC 8414 metadata at its root, the authorization code flow with PKCE and
`iss`, device codes, rotating refresh tokens, revocation, and a resource. A person logs in with the HTML form of this file.
"""

import os
import re
import secrets
import time

from authlib.integrations.flask_oauth2 import AuthorizationServer, ResourceProtector, current_token
from authlib.oauth2.rfc6749 import AuthorizationCodeMixin, ClientMixin, TokenMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenGenerator, BearerTokenValidator
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc8628 import DeviceAuthorizationEndpoint, DeviceCodeGrant, DeviceCredentialDict
from authlib.oauth2.rfc9207 import IssuerParameter
from flask import Flask, jsonify, request
from markupsafe import escape
from served import accepted, logged_in, refused, serve

# The server uses plain http on the loopback interface.
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
codes, tokens, devices, confirmed = {}, [], {}, {}
issuer = None

app = Flask(__name__)


class Client(ClientMixin):
    """The client of a command-line tool: it has no secret, and its redirect URL can have any loopback port."""

    client_id = "cli"

    def get_client_id(self):
        return self.client_id

    def get_allowed_scope(self, scope):
        return scope or ""

    def check_redirect_uri(self, uri):
        return re.fullmatch(r"http://127\.0\.0\.1:\d+/callback", uri) is not None

    def check_endpoint_auth_method(self, method, _):
        return method == "none"

    def check_response_type(self, kind):
        return kind == "code"

    def check_grant_type(self, _):
        return True


class Code(AuthorizationCodeMixin):
    def __init__(self, code, payload):
        self.code, self.redirect_uri, self.scope = code, payload.redirect_uri, payload.scope
        self.code_challenge = payload.data["code_challenge"]
        self.code_challenge_method = payload.data["code_challenge_method"]

    def get_redirect_uri(self):
        return self.redirect_uri

    def get_scope(self):
        return self.scope


class Token(TokenMixin):
    def __init__(self, token):
        self.access, self.refresh = token["access_token"], token.get("refresh_token")
        self.scope, self.expires_at, self.revoked = token["scope"], time.time() + token["expires_in"], False

    def check_client(self, _):
        return True

    def get_scope(self):
        return self.scope

    def get_expires_in(self):
        return 600

    def is_expired(self):
        return time.time() > self.expires_at

    def is_revoked(self):
        return self.revoked


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]

    def save_authorization_code(self, code, request):
        codes[code] = Code(code, request.payload)

    def query_authorization_code(self, code, _):
        return codes.get(code)

    def delete_authorization_code(self, code):
        del codes[code.code]
        logged_in()

    def authenticate_user(self, _):
        return "ann"


class RefreshGrant(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, text):
        found = next((token for token in tokens if token.refresh == text), None)
        if found and not found.revoked:
            accepted()
            return found
        refused(found is not None)

    def authenticate_user(self, _):
        return "ann"

    def revoke_old_credential(self, token):
        token.revoked = True


class DeviceGrant(DeviceCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]

    def query_device_credential(self, code):
        return devices.get(code)

    def query_user_grant(self, user_code):
        if user_code not in confirmed:
            return None
        if confirmed[user_code]:
            logged_in()
        return "ann", confirmed[user_code]

    def should_slow_down(self, _):
        return False


class DeviceEndpoint(DeviceAuthorizationEndpoint):
    CLIENT_AUTH_METHODS = ["none"]
    INTERVAL = 1

    def get_verification_uri(self):
        return f"{issuer}/device"

    def save_device_credential(self, client_id, scope, data):
        credential = DeviceCredentialDict(client_id=client_id, scope=scope or "", expires_at=time.time() + 600, **data)
        devices[data["device_code"]] = credential


class Revocation(RevocationEndpoint):
    CLIENT_AUTH_METHODS = ["none"]

    def query_token(self, text, _):
        return next((token for token in tokens if text in (token.access, token.refresh)), None)

    def revoke_token(self, token, _):
        token.revoked = True


class Validator(BearerTokenValidator):
    def authenticate_token(self, text):
        return next((token for token in tokens if token.access == text), None)


class Issuer(IssuerParameter):
    def get_issuer(self):
        return issuer


server = AuthorizationServer(app, query_client=lambda _: Client(), save_token=lambda token, _: tokens.append(Token(token)))
server.register_token_generator(
    "default",
    BearerTokenGenerator(
        lambda **_: secrets.token_urlsafe(32), lambda **_: secrets.token_urlsafe(32), lambda *_: 600
    ),
)
server.register_grant(CodeGrant, [CodeChallenge(required=True)])
server.register_extension(Issuer())
server.register_grant(RefreshGrant)
server.register_grant(DeviceGrant)
server.register_endpoint(DeviceEndpoint)
server.register_endpoint(Revocation)
protected = ResourceProtector()
protected.register_token_validator(Validator())


@app.get("/.well-known/oauth-authorization-server")
def metadata():
    return jsonify(
        issuer=issuer,
        authorization_endpoint=f"{issuer}/authorize",
        token_endpoint=f"{issuer}/token",
        device_authorization_endpoint=f"{issuer}/device_authorization",
        revocation_endpoint=f"{issuer}/revoke",
        response_types_supported=["code"],
        code_challenge_methods_supported=["S256"],
        token_endpoint_auth_methods_supported=["none"],
        authorization_response_iss_parameter_supported=True,
    )


def form(hidden=""):
    return f"""<!doctype html><title>Log in</title><form method="post">{hidden}<input name="login"><input name="password" type="password">
<button type="submit">Log in</button></form>"""


def password_is_right():
    return request.form["password"] == "correct horse"


@app.route("/authorize", methods=["GET", "POST"])
def authorize():
    if request.method == "GET":
        server.get_consent_grant(end_user="ann")
        return form()
    return server.create_authorization_response(grant_user="ann" if password_is_right() else None)


@app.route("/device", methods=["GET", "POST"])
def device():
    if request.method == "GET":
        return form(f'<input type="hidden" name="user_code" value="{escape(request.args.get("user_code", ""))}">')
    confirmed[request.form["user_code"]] = password_is_right()
    return "<p>Thank you. You can close this page.</p>"


@app.post("/token")
def token():
    return server.create_token_response()


@app.post("/device_authorization")
def device_authorization():
    return server.create_endpoint_response(DeviceEndpoint.ENDPOINT_NAME)


@app.post("/revoke")
def revoke():
    return server.create_endpoint_response(Revocation.ENDPOINT_NAME)


@app.get("/orders/<int:order>")
@protected()
def orders(order):
    return jsonify(id=order, of="ann" if current_token else None)


@app.before_request
def remember_the_issuer():
    global issuer
    issuer = issuer or request.host_url.rstrip("/")


def live():
    return sum(token.refresh is not None and not token.revoked for token in tokens)


serve(app, live)
