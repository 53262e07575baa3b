#include "test/departure/departure.h"

#include <algorithm>
#include <utility>

#include "kubeclient/api/decode.h"
#include "kubeclient/api/decode_fields.h"

namespace windlass::departure {
namespace {

void ReadMeta(JsonReader& in, SymbolTable& symbols, Departure& out) {
  std::vector<Symbol> finalizers;
  ReadObjectMeta(in, symbols, out.meta, finalizers);
  out.finalizers = kind::Finalizers(std::move(finalizers));
}

void ReadSpec(JsonReader& in, DepartureSpec& out) {
  out = {};
  in.Object([&](std::string_view key) {
    if (key == "pod")
      out.pod = in.String();
    else if (key == "tower")
      out.tower = in.String();
  });
}

void ReadPassenger(JsonReader& in, std::optional<Passenger>& out) {
  out.emplace();
  in.Object([&](std::string_view key) {
    if (key == "name")
      out->name = in.String();
    else if (key == "uid")
      ReadUid(in, out->uid);
  });
}

void ReadStatus(JsonReader& in, SymbolTable& symbols, DepartureStatus& out) {
  out = {};
  in.Object([&](std::string_view key) {
    if (key == "observedGeneration")
      out.observed_generation = std::max<int64_t>(in.Int64(), 0);
    else if (key == "phase")
      out.phase = in.String();
    else if (key == "message")
      out.message = in.String();
    else if (key == "pod")
      ReadPassenger(in, out.pod);
    else if (key == "conditions")
      ReadConditions(in, symbols, out.conditions);
  });
}

}  // namespace

Result<Departure> DecodeDeparture(Decoder& decoder, std::string_view object_json) {
  JsonReader& in = decoder.reader();
  Departure out;
  const auto metadata = [&] { ReadMeta(in, decoder.symbols(), out); };
  const auto spec = [&] { ReadSpec(in, out.spec); };
  const auto status = [&] { ReadStatus(in, decoder.symbols(), out.status); };
  WINDLASS_TRY([[maybe_unused]] const Unit whole,
               ReadObject(in, object_json, out.meta, metadata, spec, status));
  return out;
}

}  // namespace windlass::departure
