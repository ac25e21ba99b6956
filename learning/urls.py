"""Addresses of learning (docs/architecture.md)."""

from django.urls import path

from .views import feedback, home, lesson, practice, questionnaire, registration, request, session, summary

app_name = "learning"

urlpatterns = [
    path("learning/", home.learning_home, name="learning_home"),
    # Sessions
    path("learning/sessions/", session.session_list, name="session_list"),
    path("learning/sessions/new/", session.session_create, name="session_create"),
    path("learning/sessions/<slug:slug>/", session.session_detail, name="session_detail"),
    path("learning/sessions/<slug:slug>/edit/", session.session_edit, name="session_edit"),
    path("learning/sessions/<slug:slug>/steps/<slug:step>/", session.session_step, name="session_step"),
    path("learning/sessions/<slug:slug>/register/", registration.session_register, name="session_register"),
    path("learning/sessions/<slug:slug>/register-person/", registration.session_register_person, name="session_register_person"),
    path("learning/sessions/<slug:slug>/leave/", registration.session_leave, name="session_leave"),
    path("learning/sessions/<slug:slug>/registrations/<uuid:public_id>/remove/", registration.session_remove_person, name="session_remove_person"),
    path("learning/sessions/<slug:slug>/attendance/", registration.session_attendance, name="session_attendance"),
    # Good practices; the lifecycle's buttons name the address after the model
    path("learning/practices/", practice.practice_list, name="practice_list"),
    path("learning/practices/new/", practice.practice_create, name="practice_create"),
    path("learning/practices/<slug:slug>/", practice.practice_detail, name="practice_detail"),
    path("learning/practices/<slug:slug>/edit/", practice.practice_edit, name="practice_edit"),
    path("learning/practices/<slug:slug>/steps/<slug:step>/", practice.goodpractice_step, name="goodpractice_step"),
    # Lessons
    path("learning/lessons/", lesson.lesson_list, name="lesson_list"),
    path("learning/lessons/new/", lesson.lesson_create, name="lesson_create"),
    path("learning/lessons/<slug:slug>/", lesson.lesson_detail, name="lesson_detail"),
    path("learning/lessons/<slug:slug>/edit/", lesson.lesson_edit, name="lesson_edit"),
    path("learning/lessons/<slug:slug>/steps/<slug:step>/", lesson.lesson_step, name="lesson_step"),
    path("learning/lessons/<slug:slug>/delete/", lesson.lesson_delete, name="lesson_delete"),
    # Asking for feedback and answering
    path("feedback-requests/", request.request_list, name="request_list"),
    path("feedback-requests/new/", request.request_create, name="request_create"),
    path("feedback-requests/<slug:slug>/", request.request_detail, name="request_detail"),
    path("feedback-requests/<slug:slug>/edit/", request.request_edit, name="request_edit"),
    path("feedback-requests/<slug:slug>/invite/", request.request_invite, name="request_invite"),
    path("feedback-requests/<slug:slug>/links/<uuid:public_id>/withdraw/", request.request_link_withdraw, name="request_link_withdraw"),
    # The lifecycle's buttons name the address after the model.
    path("feedback-requests/<slug:slug>/steps/<slug:step>/", request.feedbackrequest_step, name="feedbackrequest_step"),
    path("feedback-requests/<slug:slug>/summary/", summary.summary_detail, name="summary_detail"),
    path("feedback-requests/<slug:slug>/summary.csv", summary.summary_csv, name="summary_csv"),
    path("feedback-requests/<slug:slug>/summary/release/", summary.summary_release, name="summary_release"),
    path("feedback-requests/<slug:slug>/summary/hold-back/", summary.summary_hold_back, name="summary_hold_back"),
    path("questionnaires/", questionnaire.questionnaire_list, name="questionnaire_list"),
    path("questionnaires/new/", questionnaire.questionnaire_create, name="questionnaire_create"),
    path("questionnaires/<uuid:public_id>/", questionnaire.questionnaire_detail, name="questionnaire_detail"),
    path("questionnaires/<uuid:public_id>/edit/", questionnaire.questionnaire_edit, name="questionnaire_edit"),
    path("feedback/on/<uuid:public_id>/", feedback.feedback_answer, name="feedback_answer"),
    path("feedback/on/<uuid:public_id>/draft/", feedback.feedback_save, name="feedback_save"),
    path("feedback/on/<uuid:public_id>/receipt/", feedback.feedback_receipt, name="feedback_receipt"),
    path("feedback/<str:token>/", feedback.feedback_link, name="feedback_link"),
]
