// The schema of a custom resource, as its CRD states it.
//
// The model reads the CRD itself, like the server: a field that the CRD lacks is lost here, too.
#pragma once

#include <string>

#include "test/sim/api_resource.h"
#include "test/sim/object.h"

namespace windlass::sim {

// Returns openAPIV3Schema of a custom resource.
const Json& SchemaOf(const ApiResource& resource);

// Returns the schema of a field of an object, or of the elements of a list. Returns null if the
// schema does not know it, or is null itself.
const Json* FieldSchema(const Json* schema, const std::string& field);
const Json* ElementSchema(const Json* schema);

// Returns the CRD that the manifest of a resource holds.
Json ReadManifest(const ResourceId& resource);

// Reads a file with one YAML document, as kubectl does. The library throws if it cannot.
Json ReadYaml(const std::string& file);

}  // namespace windlass::sim
