"""The API and the pages."""

from django.urls import path, re_path

from waitlist import pages, views

urlpatterns = [
    path("api/waitlist", views.sign_up, name="api-sign-up"),
    path("api/waitlist/<slug:slug>", views.sign_up, name="api-sign-up"),
    path("api/openapi.json", views.openapi_document, name="api-openapi"),
    re_path("^api/", views.not_found),
    path("", pages.form, name="form"),
    path("w/<slug:slug>", pages.form, name="form"),
    path("confirm/<uuid:token>", pages.confirm, name="confirm"),
    path("confirm/<uuid:token>/renew", pages.renew_confirmation, name="confirm-renew"),
    path("unsubscribe/<str:token>", pages.unsubscribe, name="unsubscribe"),
]
