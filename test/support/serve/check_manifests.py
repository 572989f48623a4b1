"""Checks deploy/ against the schemas of Kubernetes, KServe and Compose: python check_manifests.py, from the repository."""

import pathlib

import compose_spec
import kserve
import kubernetes.client
import kubernetes_validate
import yaml

DEPLOY = pathlib.Path("deploy")


def check(value, kind, where):
    """Every field must be one that the class has, down to the leaves, and every field that it needs must be there."""
    if kind.lower().startswith("list["):
        assert isinstance(value, list), f"{where} must be a list"
        for i, item in enumerate(value):
            check(item, kind[5:-1], f"{where}[{i}]")
    elif kind.lower().startswith("dict"):
        assert isinstance(value, dict), f"{where} must be an object"
    elif kind == "int":
        assert isinstance(value, int), f"{where} must be a whole number"
    elif kind == "str":
        assert isinstance(value, str), f"{where} must be a text"
    elif kind == "bool":
        assert isinstance(value, bool), f"{where} must be true or false"
    elif kind in ("object", "ResourceQuantity", "datetime"):
        pass
    else:
        model = getattr(kserve, kind, None) or getattr(kubernetes.client, kind, None)
        assert model is not None, f"{where}: no class {kind}"
        names = {json: name for name, json in model.attribute_map.items()}
        assert isinstance(value, dict), f"{where} must be an object"
        for json, inner in value.items():
            assert json in names, f"{where} has no field {json}"
            check(inner, model.openapi_types[names[json]], f"{where}.{json}")


for document in yaml.safe_load_all((DEPLOY / "kubernetes.yaml").read_text()):
    kubernetes_validate.validate(document, "1.31", strict=True)
    check(document, f"V1{document['kind']}", document["kind"])
service = yaml.safe_load((DEPLOY / "kserve.yaml").read_text())
assert (service["apiVersion"], service["kind"]) == ("serving.kserve.io/v1beta1", "InferenceService")
check(service, "V1beta1InferenceService", "InferenceService")
compose_spec.PyCompose.from_yaml((DEPLOY / "compose.yaml").read_text())
print("valid")
