"""The API's own floor: what every resource shares. An app's resources are in `<app>/api/`, each one serializer and one class (docs/adr/0013)."""
