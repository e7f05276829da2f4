"""The form of an answer is what `format=` says, whatever the Accept header: one address, one answer."""

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer

from agreements.api.problems import BadParameters


class ByParameter(DefaultContentNegotiation):
    def select_renderer(self, request, renderers, format_suffix=None) -> tuple[BaseRenderer, str]:
        forms = {renderer.format: renderer for renderer in renderers}
        wanted = request.query_params.get("format", renderers[0].format)
        if wanted not in forms:
            raise BadParameters({"format": f"This address has the forms {', '.join(forms)}."})
        return forms[wanted], forms[wanted].media_type
