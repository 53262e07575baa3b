// The answer of the modelled API server: an object, a list, or a metav1.Status. A Status has the
// code, reason and text of the real server; the texts were copied from kube-apiserver 1.36.3
// (api_contract_real).
#pragma once

#include <string>
#include <vector>

#include "test/sim/api_resource.h"
#include "test/sim/object.h"

namespace windlass::sim {

struct ApiAnswer {
  int code = 200;
  Object body;
  bool ok() const { return code < 300; }
};

// One validation error.
struct Cause {
  std::string field;   // "spec.replicas"
  std::string reason;  // "FieldValueInvalid"
  std::string text;    // "Invalid value: -1: must be greater than or equal to 0"
};
using Causes = std::vector<Cause>;

Cause InvalidValue(std::string field, const Json& value, std::string_view why);
Cause ForbiddenField(std::string field, std::string_view why);
Cause RequiredField(std::string field, std::string_view why);

ApiAnswer Answer(int code, Object body);

ApiAnswer BadRequest(std::string message);                                      // 400
ApiAnswer NotFound(const ApiResource& resource, const std::string& name);       // 404
ApiAnswer PathNotFound();                                                       // 404
ApiAnswer MethodNotAllowed();                                                   // 405
ApiAnswer NotAcceptable(std::string message);                                   // 406
ApiAnswer AlreadyExists(const ApiResource& resource, const std::string& name);  // 409
ApiAnswer UpdateConflict(const ApiResource& resource, const std::string& name,
                         const std::string& why);  // 409
ApiAnswer DeleteConflict(const ApiResource& resource, const std::string& name,
                         const std::string& why);  // 409
ApiAnswer Forbidden(const ApiResource& resource, const std::string& name,
                    const std::string& why);  // 403
ApiAnswer NamespaceTerminating(const ApiResource& resource, const std::string& name,
                               const std::string& namespace_);  // 403
ApiAnswer Expired(std::string message);                         // 410
ApiAnswer UnsupportedMediaType(std::string message);            // 415
ApiAnswer UnprocessablePatch();                                 // 422
ApiAnswer Invalid(const ApiResource& resource, const std::string& name, const Causes& causes);
ApiAnswer InvalidListOptions(const Causes& causes);                             // 422
ApiAnswer InvalidCreateOptions(const Causes& causes);                           // 422
ApiAnswer TooManyRequests(std::string message);                                 // 429
ApiAnswer InternalError(std::string message);                                   // 500, no reason
ApiAnswer WebhookFailed(const std::string& webhook);                            // 500
ApiAnswer TooLargeResourceVersion(const std::string& asked, uint64_t current);  // 504
// Returns the answer to a DELETE that removed the object at once.
ApiAnswer Deleted(const ApiResource& resource, const std::string& name, const std::string& uid);

}  // namespace windlass::sim
