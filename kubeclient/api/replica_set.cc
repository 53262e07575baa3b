#include "kubeclient/api/replica_set.h"

#include <algorithm>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"
#include "kubeclient/base/cut_text.h"

namespace windlass {
namespace {

// How many bytes are kept of a message in a ReplicaSet's conditions.
constexpr size_t kReplicaSetMessageBytesMax = 4096;

void ReadReplicaSetSpec(JsonReader& in, ReplicaSet& out, std::string_view& raw_template) {
  out.replicas = 1;
  out.min_ready_seconds = 0;
  raw_template = kEmptyTemplate;
  in.Object([&](std::string_view key) { ReadPodsField(in, key, out, raw_template); });
}

// Reads the conditions and cuts their messages: a webhook that refuses a Pod may send a megabyte.
// A rollout copies the message into a condition of the ReplicaSet's owner, where it must fit
// . No code writes the conditions of a ReplicaSet back.
void ReadReplicaSetConditions(JsonReader& in, SymbolTable& symbols, std::vector<Condition>& out) {
  ReadConditions(in, symbols, out);
  for (Condition& condition : out) {
    if (condition.message.size() <= kReplicaSetMessageBytesMax) continue;
    condition.message = std::string(CutText(condition.message, kReplicaSetMessageBytesMax)) + "…";
  }
}

void ReadReplicaSetStatus(JsonReader& in, SymbolTable& symbols, ReplicaSetStatus& out) {
  out = {};
  in.Object([&](std::string_view key) {
    if (ReadPodCounter(in, key, out)) return;
    if (key == "observedGeneration")
      out.observed_generation = in.Int64();
    else if (key == "terminatingReplicas")
      out.terminating_replicas = in.Int32();
    else if (key == "conditions")
      ReadReplicaSetConditions(in, symbols, out.conditions);
  });
}

}  // namespace

Result<ReplicaSet> DecodeReplicaSet(Decoder& decoder, std::string_view object_json) {
  JsonReader& in = decoder.reader();
  ReplicaSet out;
  std::string_view raw_template = kEmptyTemplate;
  const auto metadata = [&] {
    ReadObjectMeta(in, decoder.symbols(), decoder.interests(), out.meta, out.large_annotations);
  };
  const auto spec = [&] { ReadReplicaSetSpec(in, out, raw_template); };
  const auto status = [&] { ReadReplicaSetStatus(in, decoder.symbols(), out.status); };
  WINDLASS_TRY([[maybe_unused]] const Unit whole,
               ReadObject(in, object_json, out.meta, metadata, spec, status));
  DropStatusOfFormer(out.meta, out.status);
  WINDLASS_TRY(const TemplateFingerprints fingerprints,
               decoder.FingerprintTemplate(out.meta, raw_template));
  out.template_fingerprint = fingerprints.canonical;
  out.template_text = fingerprints.text;
  if (decoder.interests().KeepsTemplate(out.meta)) {
    out.template_json = std::make_shared<const std::string>(raw_template);
  }
  return out;
}

void Remember(const ReplicaSet* before, ReplicaSet& now) {
  Told& told = now.told;
  const int64_t generation = now.meta.generation;
  if (before == nullptr) {
    told = {.known = generation <= 1, .largest = 0};
    if (!told.known && !IsObserved(now)) told.lowest = 0;
  } else {
    const int64_t held = before->meta.generation;
    told = before->told;
    if (generation < held || generation > held + 1) {
      told.known = false;
      told.lowest = 0;
    }
    if (now.replicas < before->replicas) {
      told.lowest = std::min(told.lowest.value_or(now.replicas), now.replicas);
    }
  }
  // The controller has kept at least `lowest` Pods, and it removes Pods that are not ready first.
  // So if the status counts at most `lowest` ready Pods, all ready Pods still exist. This is what
  // nullopt means, so `lowest` is reset. Example: `lowest` is 3, and the status counts 6 Pods, 2 of
  // them ready. Up to 3 Pods (6 - 3) may be gone, but not the 2 ready ones.
  const int32_t ready = std::max(now.status.ready_replicas, now.status.available_replicas);
  const int32_t counts = std::min(now.status.replicas, ready);
  if (told.lowest && IsObserved(now) && counts <= *told.lowest) told.lowest.reset();
  if (!told.lowest || !IsObserved(now)) told.observed_since.reset();
  told.largest = std::max(told.largest, now.replicas);
  // The controller creates Pods only up to the spec.replicas that it has observed, so no more than
  // `largest`. A status that counts `largest` Pods therefore lacks no Pod that the controller
  // created.
  const bool counted = IsObserved(now) && now.status.replicas >= told.largest;
  if (told.known && counted) told.largest = now.replicas;
}

void NoteCounted(ReplicaSet& rs, int32_t live) {
  rs.told.known = true;
  rs.told.largest = std::max(live, rs.replicas);
}

size_t BytesOf(const ReplicaSet& object) {
  const size_t text = object.template_json != nullptr ? object.template_json->size() : 0;
  return sizeof(object) + BytesOf(object.meta) +
         object.large_annotations.capacity() * sizeof(LargeAnnotation) + text +
         BytesOf(object.status.conditions);
}

void Cut(ReplicaSet& object) {
  Cut(object.meta);
  object.large_annotations = {};
  object.template_json.reset();
}

}  // namespace windlass
