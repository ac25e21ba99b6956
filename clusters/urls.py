"""Addresses of regions, members, invitations and settings (docs/architecture.md)."""

from django.urls import path

from .views import cluster, device, invitation, member, organisation, program, settings, strength, token, webhook

app_name = "clusters"

urlpatterns = [
    path("clusters/", cluster.cluster_list, name="cluster_list"),
    path("clusters/new/", cluster.cluster_create, name="cluster_create"),
    path("clusters/<slug:slug>/", cluster.cluster_detail, name="cluster_detail"),
    path("clusters/<slug:slug>/performance/", cluster.cluster_performance, name="cluster_performance"),
    path("clusters/<slug:slug>/history/", cluster.cluster_history, name="cluster_history"),
    path("clusters/<slug:slug>/edit/", cluster.cluster_edit, name="cluster_edit"),
    path("clusters/<slug:slug>/steps/<slug:step>/", cluster.cluster_step, name="cluster_step"),
    path("clusters/<slug:slug>/excellences/new/", strength.strength_add, name="strength_add"),
    path("clusters/<slug:slug>/excellences/<uuid:public_id>/remove/", strength.strength_remove, name="strength_remove"),
    path("clusters/<slug:slug>/learning-needs/new/", strength.need_add, name="need_add"),
    path("clusters/<slug:slug>/learning-needs/<uuid:public_id>/remove/", strength.need_remove, name="need_remove"),
    path("clusters/<slug:slug>/members/", member.cluster_members, name="cluster_members"),
    path("clusters/<slug:slug>/members/join/", organisation.organisation_sign_up, name="organisation_sign_up"),
    path("clusters/<slug:slug>/members/join/sent/", organisation.organisation_signed_up, name="organisation_signed_up"),
    path("clusters/<slug:slug>/members/new/", organisation.organisation_add, name="organisation_add"),
    path("clusters/<slug:slug>/members/paste/", organisation.members_paste, name="members_paste"),
    path("clusters/<slug:slug>/members/invite/", member.member_invite, name="member_invite"),
    path("clusters/<slug:slug>/people/<uuid:public_id>/remove/", member.member_remove, name="member_remove"),
    path("clusters/<slug:slug>/invitations/<uuid:public_id>/withdraw/", member.invitation_withdraw, name="invitation_withdraw"),
    path("clusters/<slug:slug>/programs/", program.program_list, name="program_list"),
    path("programs/", program.program_list, name="program_list"),
    path("programs/<uuid:public_id>/secret/", program.program_renew, name="program_renew"),
    path("programs/<uuid:public_id>/revoke/", program.program_revoke, name="program_revoke"),
    path("programs/<uuid:public_id>/webhooks/", webhook.webhook_list, name="webhook_list"),
    path("webhooks/<uuid:public_id>/", webhook.webhook_detail, name="webhook_detail"),
    path("webhooks/<uuid:public_id>/secret/", webhook.webhook_renew, name="webhook_renew"),
    path("webhooks/<uuid:public_id>/on/", webhook.webhook_switch_on, name="webhook_switch_on"),
    path("webhooks/<uuid:public_id>/delete/", webhook.webhook_delete, name="webhook_delete"),
    path("webhooks/deliveries/<uuid:public_id>/again/", webhook.delivery_again, name="delivery_again"),
    path("device/", device.device_approve, name="device_approve"),
    path("organisations/<slug:slug>/", organisation.organisation_detail, name="organisation_detail"),
    path("organisations/<slug:slug>/edit/", organisation.organisation_edit, name="organisation_edit"),
    path("organisations/<slug:slug>/steps/<slug:step>/", organisation.organisation_step, name="organisation_step"),
    path("invitation/accept/<uuid:public_id>/", invitation.invitation_accept, name="invitation_accept"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("settings/", settings.settings, name="settings"),
    path("settings/tokens/", token.token_list, name="token_list"),
    path("settings/programs/<uuid:public_id>/withdraw/", device.approval_withdraw, name="approval_withdraw"),
    path("settings/tokens/<uuid:public_id>/revoke/", token.token_revoke, name="token_revoke"),
]
