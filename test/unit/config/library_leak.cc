// Tells LeakSanitizer which leak of a library is known: cpprestsdk loses 32 bytes for each TLS
// connection that it opens through a proxy. Everything else that leaks fails the test.
#if defined(__SANITIZE_ADDRESS__)

// The sanitizers call these functions by name when the program starts.
extern "C" const char* __lsan_default_suppressions();  // NOLINT(bugprone-reserved-identifier)
extern "C" const char* __asan_default_options();       // NOLINT(bugprone-reserved-identifier)

const char* __lsan_default_suppressions() {  // NOLINT(bugprone-reserved-identifier)
  return "leak:ssl_proxy_tunnel::start_proxy_connect\n";
}

// The library is built without frame pointers. Only the slow unwinder finds the function above.
const char* __asan_default_options() {  // NOLINT(bugprone-reserved-identifier)
  return "fast_unwind_on_malloc=0";
}

#endif
