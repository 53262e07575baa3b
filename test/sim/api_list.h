// LIST: selectors, pages, resourceVersion and its match, and the metadata-only form.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "test/sim/api_answer.h"
#include "test/sim/api_path.h"
#include "test/sim/object_store.h"

namespace windlass::sim {

// The form of an object in an answer: whole, or PartialObjectMetadata if the Accept header asks for
// it.
enum class Shape { kFull, kMetadata };

Json ShownAs(Shape shape, const Json& object);

ApiAnswer ListObjects(const ObjectStore& store, const ApiPath& path, Shape shape);

// Parses a resourceVersion parameter. Returns 0 if it is absent or "0", and an answer of 400 if it
// is not a number.
std::variant<uint64_t, ApiAnswer> ParseRevision(const std::string& text);

}  // namespace windlass::sim
