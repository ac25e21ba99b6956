"""Addresses of the demo; included in demo mode only."""

from django.urls import path

from inno4sports.demo import views

urlpatterns = [
    path("", views.demo, name="demo"),
    path("sign-in/", views.demo_sign_in, name="demo_sign_in"),
    path("mail/", views.demo_mail, name="demo_mail"),
    path("mail/<slug:name>/", views.demo_letter, name="demo_letter"),
    path("mail/<slug:name>/html/", views.demo_letter_html, name="demo_letter_html"),
]
