// Every resource, read by Decoder and by the reference decoder: a target for each, with what else
// must hold of it.
#include <nlohmann/json.hpp>
#include <string>

#include "test/fuzz/input.h"
#include "test/fuzz/object_agreement.h"

namespace windlass::fuzz {
namespace {

using nlohmann::json;

SymbolTable& Symbols() {
  static SymbolTable symbols;
  return symbols;
}

Decoder& PlainDecoder() {
  static Decoder decoder(Symbols());
  return decoder;
}

// Returns a decoder that keeps what the test's interest asks for.
Decoder& InterestedDecoder() {
  static Decoder decoder(Symbols());
  static const RegisteredInterest kInterest(decoder.interests(), test::TestInterest());
  return decoder;
}

// The reference decoder writes templates anew, and may spell numbers in another way. Each of these
// gives `reference` what was read of the template in `text`.
template <typename T>
void TakeTemplateOf(Decoder&, std::string_view, const Result<T>&, T&) {}  // it has no template
void TakeTemplateOf(Decoder& decoder, std::string_view text, const Result<Deployment>&,
                    Deployment& reference) {
  TakeTemplate(decoder, text, reference.spec.template_fingerprint);
}
void TakeTemplateOf(Decoder& decoder, std::string_view text, const Result<Rollout>&,
                    Rollout& reference) {
  TakeTemplate(decoder, text, reference.spec.template_fingerprint);
}
void TakeTemplateOf(Decoder& decoder, std::string_view text, const Result<ReplicaSet>&,
                    ReplicaSet& reference) {
  TakeTemplate(decoder, text, reference.template_fingerprint);
}
void TakeTemplateOf(Decoder&, std::string_view, const Result<ReplicationController>& decoded,
                    ReplicationController& reference) {
  if (decoded.ok()) reference.template_json = decoded->template_json;
}
void TakeTemplateOf(Decoder&, std::string_view, const Result<ReplicationControllerUpdate>& decoded,
                    ReplicationControllerUpdate& reference) {
  if (!reference.spec.controller || !decoded.ok() || !decoded->spec.controller) return;
  reference.spec.controller->template_json = decoded->spec.controller->template_json;
}

// Checks what must hold of every resource. Returns what was decoded; nullopt if `text` was not
// compared with the reference.
template <typename T>
std::optional<Result<T>> Check(Decoder& decoder, std::string_view text,
                               Result<T> (*decode)(Decoder&, std::string_view),
                               std::optional<T> (*decode_reference)(const json&)) {
  Result<T> decoded = decode(decoder, text);
  CheckRepeatable(decoded, decode(decoder, text));
  const std::optional<json> value = PlainJson(text);
  if (!value) return std::nullopt;
  std::optional<T> reference = decode_reference(*value);
  if (reference) TakeTemplateOf(decoder, text, decoded, *reference);
  CheckAgrees(decoder, text, decoded, reference);
  return decoded;
}

// Returns an object that has the input in one of its fields as text. The input may be invalid
// UTF-8.
std::string TextOf(const json& object) {
  return object.dump(-1, ' ', false, json::error_handler_t::replace);
}

// --- resources of which nothing else must hold ---

const Target kDeployment("deployment", [](std::string_view text) {
  Check(PlainDecoder(), text, DecodeDeployment, test::Reference<Deployment>);
});
const Target kReplicaSet("replica_set", [](std::string_view text) {
  Check(InterestedDecoder(), text, DecodeReplicaSet, test::Reference<ReplicaSet>);
});
const Target kReplicationController("replication_controller", [](std::string_view text) {
  Check(PlainDecoder(), text, DecodeReplicationController, test::Reference<ReplicationController>);
});
const Target kUpdate("replication_controller_update", [](std::string_view text) {
  Check(PlainDecoder(), text, DecodeReplicationControllerUpdate,
        test::Reference<ReplicationControllerUpdate>);
});
const Target kRollout("rollout", [](std::string_view text) {
  Check(PlainDecoder(), text, DecodeRollout, test::Reference<Rollout>);
});

// --- ConfigMaps and Services: also with the input as one of their values ---

const Target kConfigMap("config_map", [](std::string_view input) {
  const json map = {{"metadata", {{"name", "c"}}}, {"data", {{"value", std::string(input)}}}};
  for (const std::string& text : {std::string(input), TextOf(map)}) {
    Check(PlainDecoder(), text, DecodeConfigMap, test::Reference<ConfigMap>);
  }
});
const Target kService("service", [](std::string_view input) {
  const json service = {{"metadata", {{"name", "s"}}},
                        {"spec", {{"selector", {{"app", std::string(input)}}}}}};
  for (const std::string& text : {std::string(input), TextOf(service)}) {
    Check(InterestedDecoder(), text, DecodeService, test::Reference<Service>);
  }
});

// --- Nodes: also with the input as the version of the kubelet ---

const Target kNode("node", [](std::string_view input) {
  const json node = {{"metadata", {{"name", "n"}}},
                     {"status", {{"nodeInfo", {{"kubeletVersion", std::string(input)}}}}}};
  for (const std::string& text : {std::string(input), TextOf(node)}) {
    const auto decoded = Check(PlainDecoder(), text, DecodeNode, test::Reference<Node>);
    if (!decoded || !decoded->ok()) continue;
    const Node& read = **decoded;
    WL_ASSERT(read.meta.labels.empty() && read.meta.annotations.empty());
    WL_ASSERT(read.kubelet_version >= KubeletVersion{});
  }
});

// --- PodDisruptionBudgets: also with their selector as that of a Deployment ---

const Target kPodDisruptionBudget("pod_disruption_budget", [](std::string_view text) {
  Decoder& decoder = PlainDecoder();
  const auto decoded =
      Check(decoder, text, DecodePodDisruptionBudget, test::Reference<PodDisruptionBudget>);
  if (!decoded || !decoded->ok()) return;
  const PodDisruptionBudget& budget = **decoded;
  WL_ASSERT(budget.meta.annotations.empty());
  WL_ASSERT(budget.has_selector == budget.selector.present);
  const Result<Deployment> other = DecodeDeployment(decoder, text);
  if (other.ok()) WL_ASSERT(other->spec.selector == budget.selector);
});

// --- Pods: whole, and their metadata alone ---

// The text of an id has all of it: parsing the text gives the same id.
void CheckId(const ContainerId& id) {
  const std::string text = id.ToString();
  WL_ASSERT(id.empty() == text.empty());
  WL_ASSERT(ContainerId::Parse(text, Symbols()) == id);
}

const Target kPod("pod", [](std::string_view text) {
  Decoder& decoder = InterestedDecoder();
  CheckId(ContainerId::Parse(text, Symbols()));
  WL_ASSERT(ContainerId::Parse(text, Symbols()).ToString() == text);
  const auto decoded = Check(decoder, text, DecodePod, test::Reference<Pod>);
  if (!decoded || !decoded->ok()) return;
  const Pod& pod = **decoded;
  WL_ASSERT(pod.init_containers().size() + pod.app_containers().size() == pod.containers.size());
  for (const PodContainer& container : pod.containers) CheckId(container.id);
  WL_ASSERT(pod.has_annotations || pod.meta.annotations.empty());
  const Result<PodMetadata> metadata = DecodePodMetadata(decoder, text);
  WL_ASSERT(metadata.ok());
  ObjectMeta meta = pod.meta;
  meta.annotations = {};  // metadata alone is kept without them
  WL_ASSERT(metadata->meta == meta);
});

// A Pod or PartialObjectMetadata. Also the metadata of any object, read as a Pod's.
const Target kPodMetadata("pod_metadata", [](std::string_view text) {
  Decoder& decoder = PlainDecoder();
  const auto decoded = Check(decoder, text, DecodePodMetadata, test::Reference<PodMetadata>);
  if (!decoded) return;
  Result<ReplicaSet> other = DecodeReplicaSet(decoder, text);
  if (!other.ok()) return;
  WL_ASSERT(decoded->ok());
  other->meta.annotations = {};  // Pods are kept without them
  WL_ASSERT((*decoded)->meta == other->meta);
});

}  // namespace
}  // namespace windlass::fuzz
