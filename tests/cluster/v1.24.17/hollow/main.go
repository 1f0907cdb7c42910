// Command hollow is a kubemark node that opens no port.
//
// The kubemark command listens on all interfaces, without authentication, and that kubelet
// server also serves the machine's /var/log. This one is made of the same package with the
// server switched off and its socket in a folder of the cluster's own.
package main

import (
	"flag"
	"os"
	"path/filepath"
	"time"

	v1 "k8s.io/api/core/v1"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	cadvisor "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	"k8s.io/kubernetes/pkg/kubelet/cri/remote"
	"k8s.io/kubernetes/pkg/kubelet/cri/remote/fake"
	"k8s.io/kubernetes/pkg/kubemark"
)

const callLimit = 15 * time.Second

func main() {
	kubeconfig := flag.String("kubeconfig", "", "path of the node's kubeconfig")
	name := flag.String("name", "", "name of the node")
	taint := flag.String("taint", "", "key of a NoSchedule taint with the value true")
	port := flag.Int("advertised-port", 10250, "kubelet port in the node's status; nothing listens there")
	klog.InitFlags(nil)
	flag.Parse()
	if err := run(*kubeconfig, *name, *taint, *port); err != nil {
		klog.ErrorS(err, "Hollow node ended", "node", *name)
		os.Exit(1)
	}
}

func run(kubeconfig, name, taint string, port int) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.UserAgent = "hollow-kubelet"
	config.ContentType = "application/vnd.kubernetes.protobuf"
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	heartbeat := rest.CopyConfig(config)
	heartbeat.QPS = -1
	heartbeat.Timeout = callLimit
	heartbeatClient, err := kubernetes.NewForConfig(heartbeat)
	if err != nil {
		return err
	}

	folder, err := os.MkdirTemp("", name+"-")
	if err != nil {
		return err
	}
	endpoint := "unix://" + filepath.Join(folder, "cri.sock")
	containers := fake.NewFakeRemoteRuntime()
	if err := containers.Start(endpoint); err != nil {
		return err
	}
	defer containers.Stop()
	runtime, err := remote.NewRemoteRuntimeService(endpoint, callLimit)
	if err != nil {
		return err
	}

	flags, kubelet := kubemark.GetHollowKubeletConfig(&kubemark.HollowKubletOptions{
		NodeName:           name,
		KubeletPort:        port,
		MaxPods:            110,
		NodeLabels:         map[string]string{"node.kubernetes.io/instance-type": "hollow"},
		RegisterWithTaints: []v1.Taint{{Key: taint, Value: "true", Effect: v1.TaintEffectNoSchedule}},
	})
	// The package makes its folders in /tmp, whatever TMPDIR says.
	if err := os.RemoveAll(flags.RootDirectory); err != nil {
		return err
	}
	flags.RootDirectory = folder
	kubelet.StaticPodPath = filepath.Join(folder, "manifests")
	if err := os.Mkdir(kubelet.StaticPodPath, 0o700); err != nil {
		return err
	}
	kubelet.EnableServer = false
	// Else it listens on a socket deep in its folder, and ends where that path is too long for one.
	if err := utilfeature.DefaultMutableFeatureGate.Set("KubeletPodResources=false"); err != nil {
		return err
	}
	kubemark.NewHollowKubelet(
		flags, kubelet, client, heartbeatClient,
		&cadvisor.Fake{NodeName: name}, containers.ImageService, runtime, cm.NewStubContainerManager(),
	).Run()
	return nil
}
