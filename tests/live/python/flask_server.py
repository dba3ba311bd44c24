"""Flask with flask-jwt-extended. The refresh token is a bearer token and does not rotate.

With the argument `cookies`, both tokens are cookies, and every request that changes data needs a double-submit header.
"""

import sys
from datetime import timedelta

import flask_jwt_extended as jwt
from flask import Flask, jsonify, request
from served import accepted, logged_in, refused, serve

COOKIES = "cookies" in sys.argv
issued = set()
revoked = set()

app = Flask(__name__)
app.config.update(
    JWT_SECRET_KEY="not a secret, but long enough for the algorithm that signs with it",
    JWT_TOKEN_LOCATION=["cookies" if COOKIES else "headers"],
    JWT_ACCESS_TOKEN_EXPIRES=timedelta(minutes=10),
    JWT_REFRESH_TOKEN_EXPIRES=timedelta(days=14),
    JWT_COOKIE_SECURE=False,
    JWT_SESSION_COOKIE=False,
    JWT_CSRF_METHODS=["GET", "POST", "DELETE"],
)
manager = jwt.JWTManager(app)


@manager.token_in_blocklist_loader
def is_revoked(_, claims):
    return claims.get("grant", claims["jti"]) in revoked


def hand(**tokens):
    if not COOKIES:
        return jsonify({f"{name}_token": token for name, token in tokens.items()})
    answer = jsonify({"msg": "welcome"})
    jwt.set_access_cookies(answer, tokens["access"])
    if "refresh" in tokens:
        jwt.set_refresh_cookies(answer, tokens["refresh"])
    return answer


@app.post("/login")
def login():
    if request.json["password"] != "correct horse":
        return {"msg": "bad username or password"}, 401
    user = request.json["username"]
    refresh = jwt.create_refresh_token(user)
    grant = jwt.decode_token(refresh)["jti"]
    issued.add(grant)
    logged_in()
    return hand(access=jwt.create_access_token(user, additional_claims={"grant": grant}), refresh=refresh)


@app.post("/refresh")
@jwt.jwt_required(refresh=True)
def refresh():
    grant = jwt.get_jwt()["jti"]
    accepted()
    return hand(access=jwt.create_access_token(jwt.get_jwt_identity(), additional_claims={"grant": grant}))


@app.after_request
def count_refusals(response):
    if request.path == "/refresh" and response.status_code != 200:
        refused(reused=False)
    return response


@app.delete("/logout")
@jwt.jwt_required()
def logout():
    revoked.add(jwt.get_jwt()["grant"])
    answer = jsonify({"msg": "goodbye"})
    jwt.unset_jwt_cookies(answer)
    return answer


@app.get("/orders/<int:number>")
@jwt.jwt_required()
def order(number):
    return {"id": number, "of": jwt.get_jwt_identity()}


@app.get("/admin")
@jwt.jwt_required()
def admin():
    return {"msg": "admins only"}, 403


serve(app, live=lambda: len(issued - revoked))
