#include "test/unit/api/reference_members.h"

#include <algorithm>
#include <cctype>

#include "kubeclient/base/cut_text.h"

namespace windlass::test {

using nlohmann::json;

ObjectMeta ReferenceMetadata(const ReferenceMembers& object) {
  ObjectMeta meta;
  object.Object("metadata", [&](const ReferenceMembers& m) {
    m.String("name", meta.name);
    m.String("namespace", meta.namespace_);
    std::string uid;
    m.String("uid", uid);
    if (!uid.empty()) m.ok = m.ok && Uid::Parse(uid);
    meta.uid = Uid::Parse(uid).value_or(Uid{});
    m.String("resourceVersion", meta.resource_version.text);
    m.Integer("generation", meta.generation);
    m.Time("creationTimestamp", meta.creation_timestamp);
    m.Time("deletionTimestamp", meta.deletion_timestamp);
    m.Map("labels", meta.labels);
    m.ForEach("ownerReferences", [&](const json& element) {
      const ReferenceMembers o = ReferenceElement(element, m.ok);
      OwnerReference owner;
      std::string owner_uid;
      std::string texts[3];
      o.String("apiVersion", texts[0]);
      o.String("kind", texts[1]);
      o.String("name", texts[2]);
      owner.api_version = CutText(texts[0], 317);
      owner.kind = CutText(texts[1], 63);
      owner.name = CutText(texts[2], 253);
      o.String("uid", owner_uid);
      owner.uid = Uid::Parse(owner_uid).value_or(Uid::Foreign());
      o.Bool("controller", owner.controller);
      o.Bool("blockOwnerDeletion", owner.block_owner_deletion);
      meta.owner_references.push_back(owner);
    });
  });
  object.ok = object.ok && !meta.name.empty();
  return meta;
}

void ReferenceAnnotations(const ReferenceMembers& object, StringMap& out) {
  constexpr const char* kLastApplied = "kubectl.kubernetes.io/last-applied-configuration";
  object.Object("metadata", [&](const ReferenceMembers& m) {
    const json* annotations = m.Find("annotations");
    if (annotations == nullptr) return;
    json kept = *annotations;
    if (kept.is_object()) kept.erase(kLastApplied);
    const json holder = {{"annotations", kept}};
    ReferenceMembers{holder, m.ok}.Map("annotations", out);
  });
}

void ReferenceIntOrPercent(const ReferenceMembers& parent, const char* key,
                           std::optional<IntOrPercent>& out) {
  const json* value = parent.Find(key);
  if (value == nullptr) return;
  if (value->is_string()) {
    std::string text = value->get<std::string>();
    if (text.size() > 64) {
      const size_t first = std::min(text.find_first_not_of('0'), text.size());
      const bool digit =
          first < text.size() && std::isdigit(static_cast<unsigned char>(text[first]));
      text = CutText(text.substr(digit ? first : std::max<size_t>(first, 1) - 1), 64);
    }
    out = IntOrPercent::Percent(text);
  } else if (value->is_number_integer()) {
    out.emplace();
    parent.ReadInteger(*value, out->int_value);
  } else {
    parent.ok = false;
  }
}

void ReferenceTemplate(const ReferenceMembers& spec, const char* key, TemplateText& out) {
  spec.With(key, &json::is_object, [&](const json& v) {
    out = std::make_shared<const std::string>(v.dump());
    spec.ok = spec.ok && CanonicalTemplate(*out).ok();
  });
}

void ReferenceTemplate(const ReferenceMembers& spec, const char* key, Fingerprint& out) {
  TemplateText text;
  ReferenceTemplate(spec, key, text);
  if (text != nullptr && spec.ok) out = FingerprintOf(*CanonicalTemplate(*text));
}

TemplateText NoTemplate() { return std::make_shared<const std::string>("{}"); }

bool SameText(const TemplateText& a, const TemplateText& b) {
  return (a == nullptr) == (b == nullptr) && (a == nullptr || *a == *b);
}

}  // namespace windlass::test
