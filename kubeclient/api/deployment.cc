#include "kubeclient/api/deployment.h"

#include <utility>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"

namespace windlass {
namespace {

void ReadStrategy(JsonReader& in, SymbolTable& symbols, DeploymentSpec& out) {
  out.strategy_type = {};
  out.max_surge.reset();
  out.max_unavailable.reset();
  in.Object([&](std::string_view key) {
    if (key == "type")
      out.strategy_type = symbols.Intern(in.String());
    else if (key == "rollingUpdate")
      ReadRollingUpdate(in, out);
  });
}

// Sets `raw_template` to a view, as ReadPodsField does.
void ReadDeploymentSpec(JsonReader& in, SymbolTable& symbols, DeploymentSpec& out,
                        std::string_view& raw_template) {
  out = {};
  raw_template = kEmptyTemplate;
  in.Object([&](std::string_view key) {
    if (ReadWorkloadField(in, symbols, key, out, raw_template)) return;
    if (key == "strategy") ReadStrategy(in, symbols, out);
  });
}

void ReadDeploymentStatus(JsonReader& in, SymbolTable& symbols, DeploymentStatus& out) {
  out = {};
  in.Object([&](std::string_view key) {
    if (ReadReplicaCounter(in, key, out)) return;
    if (key == "observedGeneration")
      out.observed_generation = in.Int64();
    else if (key == "conditions")
      ReadConditions(in, symbols, out.conditions);
  });
}

}  // namespace

Result<Deployment> DecodeDeployment(Decoder& decoder, std::string_view object_json) {
  JsonReader& in = decoder.reader();
  Deployment out;
  std::string_view raw_template = kEmptyTemplate;
  const auto metadata = [&] {
    ReadObjectMeta(in, decoder.symbols(), decoder.interests(), out.meta, out.large_annotations);
  };
  const auto spec = [&] { ReadDeploymentSpec(in, decoder.symbols(), out.spec, raw_template); };
  const auto status = [&] { ReadDeploymentStatus(in, decoder.symbols(), out.status); };
  WINDLASS_TRY([[maybe_unused]] const Unit whole,
               ReadObject(in, object_json, out.meta, metadata, spec, status));
  WINDLASS_TRY(const TemplateFingerprints fingerprints,
               decoder.FingerprintTemplate(out.meta, raw_template));
  out.spec.template_fingerprint = fingerprints.canonical;
  out.spec.template_text = fingerprints.text;
  const int64_t observed = out.status.observed_generation;
  const bool begins = observed == 0 || observed < out.meta.generation;
  if (begins || decoder.interests().KeepsTemplate(out.meta)) {
    out.spec.template_json = std::make_shared<const std::string>(raw_template);
  }
  return out;
}

size_t BytesOf(const Deployment& object) {
  const DeploymentSpec& spec = object.spec;
  const size_t text = spec.template_json != nullptr ? spec.template_json->size() : 0;
  return sizeof(object) + BytesOf(object.meta) +
         object.large_annotations.capacity() * sizeof(LargeAnnotation) + BytesOf(spec.selector) +
         text + BytesOf(object.status.conditions);
}

size_t TextBytesOf(const Deployment& object) {
  return TextBytesOf(object.meta) + TextBytesOf(object.spec.selector);
}

void Cut(Deployment& object) {
  Cut(object.meta);
  object.large_annotations = {};
  Cut(object.spec.selector);
  object.spec.template_json.reset();
}

bool Slim(Deployment& object) {
  return std::exchange(object.spec.template_json, nullptr) != nullptr;
}

}  // namespace windlass
