// Decides whether an answer is due to the object that was written, or to the API server (C-012).
#pragma once

#include "kubeclient/transport/transport.h"

namespace windlass {

// Returns true if the answer to a write may be due to the written object alone, so that the answer
// says nothing about the server: 429, 500 or 503 with a metav1.Status.
//   - 500: the object is too large for etcd, or a webhook cannot be called.
//   - 429, 503: a webhook chose that code for its denial.
//   - 429: a PodDisruptionBudget refuses an eviction (C-019).
// An API server that is overloaded or shutting down answers 429 in plain text, from a filter in
// front of the handlers. For a read this returns false: reads meet neither webhooks nor etcd's
// limit.
bool MayBeAboutTheObject(HttpMethod method, const HttpResponse& response);

}  // namespace windlass
