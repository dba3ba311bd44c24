"""The routes of the Django server. It counts every token request that the libraries answered."""

import hashlib

from django.urls import include, path
from oauth2_provider.models import RefreshToken
from rest_framework.permissions import IsAdminUser
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_simplejwt.views import TokenBlacklistView, TokenObtainPairView, TokenRefreshView
from served import accepted, logged_in, refused


class Orders(APIView):
    def get(self, request, number):
        return Response({"id": number, "of": request.user.username})


class Admin(APIView):
    permission_classes = [IsAdminUser]

    def get(self, request):
        return Response({})


urlpatterns = [
    path("api/token/", TokenObtainPairView.as_view()),
    path("api/token/refresh/", TokenRefreshView.as_view()),
    path("api/token/blacklist/", TokenBlacklistView.as_view()),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
    path("orders/<int:number>", Orders.as_view()),
    path("admin", Admin.as_view()),
]


class Watch:
    def __init__(self, next_one):
        self.next_one = next_one

    def __call__(self, request):
        grant = request.POST.get("grant_type") if request.path == "/o/token/" else None
        response = self.next_one(request)
        good = response.status_code == 200
        if request.path == "/api/token/refresh/" or grant == "refresh_token":
            accepted() if good else refused(was_spent(request, response))
        elif (request.path == "/api/token/" or grant == "password") and good:
            logged_in()
        return response


def was_spent(request, response):
    """Returns whether a refused refresh token was spent before, which each library records."""
    presented = request.POST.get("refresh_token")
    if presented is None:
        return "blacklisted" in str(response.data)
    checksum = hashlib.sha256(presented.encode()).hexdigest()
    return RefreshToken.objects.filter(token_checksum=checksum, revoked__isnull=False).exists()
