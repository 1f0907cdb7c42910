// The peer that Portolan measures itself by: client-go's shared informer over protobuf (or, with a
// second argument "json", over JSON), with the
// namespace index and one handler that counts updates. It speaks the protocol of tests/bench/peer.py.
package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
)

type report struct {
	Rows     int     `json:"rows"`
	Checksum string  `json:"checksum"`
	Seconds  float64 `json:"seconds"`
	CPU      float64 `json:"cpu"`
	RSS      int     `json:"rss"`
	Base     int     `json:"base"`
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func cpu() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		fail(err)
	}
	seconds := func(t syscall.Timeval) float64 { return float64(t.Sec) + float64(t.Usec)/1e6 }
	return seconds(usage.Utime) + seconds(usage.Stime)
}

func rss() int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		fail(err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "VmRSS:" {
			kib, _ := strconv.Atoi(fields[1])
			return kib * 1024
		}
	}
	return 0
}

func checksum(pods []any) string {
	lines := make([]string, 0, len(pods))
	for _, each := range pods {
		pod := each.(*corev1.Pod)
		lines = append(lines, pod.Namespace+"/"+pod.Name+" "+pod.ResourceVersion+"\n")
	}
	sort.Strings(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "")))
	return hex.EncodeToString(sum[:])
}

func main() {
	config, err := clientcmd.BuildConfigFromFlags("", os.Args[1])
	if err != nil {
		fail(err)
	}
	if len(os.Args) > 2 && os.Args[2] == "json" {
		config.ContentType = "application/json"
		config.AcceptContentTypes = config.ContentType
	} else {
		config.ContentType = "application/vnd.kubernetes.protobuf"
		config.AcceptContentTypes = config.ContentType + ",application/json"
	}
	config.QPS = -1
	factory := informers.NewSharedInformerFactory(kubernetes.NewForConfigOrDie(config), 0)
	informer := factory.Core().V1().Pods().Informer()
	var updates atomic.Int64
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		UpdateFunc: func(_, _ any) { updates.Add(1) },
	}); err != nil {
		fail(err)
	}
	stop := make(chan struct{})
	out := json.NewEncoder(os.Stdout)
	fmt.Println("ready")
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		base, begun, spent := rss(), time.Now(), cpu()
		words := strings.Fields(in.Text())
		if words[0] == "sync" {
			factory.Start(stop)
			if !cache.WaitForCacheSync(stop, informer.HasSynced) {
				fail(fmt.Errorf("no sync"))
			}
		} else {
			wanted, _ := strconv.ParseInt(words[1], 10, 64)
			for updates.Load() < wanted {
				time.Sleep(time.Millisecond)
			}
			updates.Add(-wanted)
		}
		seconds, spent := time.Since(begun).Seconds(), cpu()-spent
		pods := informer.GetStore().List()
		if err := out.Encode(report{len(pods), checksum(pods), seconds, spent, rss(), base}); err != nil {
			fail(err)
		}
	}
}
