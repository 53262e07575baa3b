// Two leaks of the HTTP library that the leak checker must not report:
//   - OpenSSL's state of its network threads, which live until the process ends;
//   - its copy of a proxy's credentials, once per tunnel (its issue 1808).
// The suppressions are narrow, and hence need whole call stacks, so that our own leaks still show.
//
// Only AddressSanitizer's runtime calls these functions.
extern "C" const char* __asan_default_options();
extern "C" const char* __lsan_default_suppressions();

extern "C" const char* __asan_default_options() { return "fast_unwind_on_malloc=0"; }

extern "C" const char* __lsan_default_suppressions() {
  return "leak:ERR_clear_error\n"
         "leak:ERR_new\n"
         "leak:RAND_get0_public\n"
         "leak:RAND_get0_private\n"
         "leak:ssl_proxy_tunnel::start_proxy_connect\n";
}
