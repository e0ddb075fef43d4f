// What the programs of this folder share.
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

inline std::string contents(const char* path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  return all.str();
}

inline std::vector<std::string> lines(const char* path) {
  std::ifstream in(path);
  std::vector<std::string> all;
  for (std::string line; std::getline(in, line);) all.push_back(line);
  return all;
}

inline double seconds_of(clockid_t clock) {
  timespec t;
  clock_gettime(clock, &t);
  return t.tv_sec + t.tv_nsec * 1e-9;
}

// measure runs pass until the seconds are over, and prints the name, the nanoseconds of the processor that the fastest
// one took, and how many matches it had.
template <typename Pass>
void measure(const char* name, double seconds, Pass pass) {
  double best = 1e9;
  long matches = pass();
  for (double end = seconds_of(CLOCK_MONOTONIC) + seconds; seconds_of(CLOCK_MONOTONIC) < end;) {
    double start = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    matches = pass();
    double took = seconds_of(CLOCK_THREAD_CPUTIME_ID) - start;
    if (took < best) best = took;
  }
  printf("%s\t%.0f\t%ld\n", name, best * 1e9, matches);
}
