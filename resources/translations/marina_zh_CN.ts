<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About Marina</source>
        <translation>关于 Marina</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Free software under the Apache License 2.0. It sends nothing anywhere.</source>
        <translation>自由软件，采用 Apache 许可证 2.0。不会向任何地方发送数据。</translation>
    </message>
    <message>
        <source>Parts and their licences</source>
        <translation>组成部分及其许可证</translation>
    </message>
    <message>
        <source>Part</source>
        <translation>组成部分</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Licence</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>The licence&apos;s text</source>
        <translation>许可证全文</translation>
    </message>
    <message>
        <source>This Marina runs from its source. Packages list what they are made of, with licences.</source>
        <translation>此 Marina 直接从源代码运行。安装包会列出其组成部分及许可证。</translation>
    </message>
    <message>
        <source>Made of these parts, each under its own licence. Choose one to read it.</source>
        <translation>由以下部分组成，各有其许可证。选择一项即可阅读。</translation>
    </message>
    <message>
        <source>Window and command line</source>
        <translation>窗口与命令行</translation>
    </message>
    <message>
        <source>The machine</source>
        <translation>虚拟机</translation>
    </message>
    <message numerus="yes">
        <source>%n part(s)</source>
        <translation>
            <numerusform>%n 个部分</numerusform>
        </translation>
    </message>
    <message>
        <source>The text is not in this package.</source>
        <translation>此安装包中没有该文本。</translation>
    </message>
</context>
<context>
    <name>AddEngineDialog</name>
    <message>
        <source>Add an engine</source>
        <translation>添加引擎</translation>
    </message>
    <message>
        <source>An engine of another computer, Marina&apos;s or Docker&apos;s. It is asked for its version first.</source>
        <translation>另一台计算机上的引擎，Marina 或 Docker 均可。会先询问其版本。</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>添加</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>server</source>
        <translation>server</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Folder of TLS files, for tcp://</source>
        <translation>TLS 文件所在文件夹（用于 tcp://）</translation>
    </message>
    <message>
        <source>with ca.pem, cert.pem and key.pem</source>
        <translation>包含 ca.pem、cert.pem 和 key.pem</translation>
    </message>
    <message>
        <source>The address begins with ssh://, tcp:// or unix://</source>
        <translation>地址以 ssh://、tcp:// 或 unix:// 开头</translation>
    </message>
    <message>
        <source>This computer has not seen the host before. It shows the key {0}. Add it only if whoever runs the host says that this is its key.</source>
        <translation>此计算机从未连接过该主机。它出示的密钥为 {0}。仅当该主机的管理者确认这是其密钥时才添加。</translation>
    </message>
    <message>
        <source>The key is right: add</source>
        <translation>密钥正确：添加</translation>
    </message>
</context>
<context>
    <name>BackupVolumeDialog</name>
    <message>
        <source>Back {0} up</source>
        <translation>备份 {0}</translation>
    </message>
    <message>
        <source>An archive of all its files, made while Marina runs and read back; a missed one is made up. What containers write meanwhile may be missing. Import brings one back.</source>
        <translation>包含其全部文件的归档，在 Marina 运行时生成，并会读回检查；错过的备份会补上。备份期间容器写入的内容可能缺失。使用“导入”可恢复。</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>How often</source>
        <translation>频率</translation>
    </message>
    <message>
        <source>Never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>Every day</source>
        <translation>每天</translation>
    </message>
    <message>
        <source>Every week</source>
        <translation>每周</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Folder of this computer</source>
        <translation>这台电脑上的文件夹</translation>
    </message>
    <message>
        <source>How many are kept</source>
        <translation>保留数量</translation>
    </message>
    <message>
        <source>The last one was made {0}.</source>
        <translation>上次备份：{0}。</translation>
    </message>
    <message>
        <source>Folder for backups</source>
        <translation>备份文件夹</translation>
    </message>
</context>
<context>
    <name>BackupsViewModel</name>
    <message>
        <source>Backing up {0}</source>
        <translation>正在备份 {0}</translation>
    </message>
    <message>
        <source>{0} is backed up</source>
        <translation>{0} 已备份</translation>
    </message>
    <message>
        <source>{0} could not be backed up</source>
        <translation>无法备份 {0}</translation>
    </message>
    <message>
        <source>Looking for backups that are due</source>
        <translation>正在查找到期的备份</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>BuildDetailView</name>
    <message>
        <source>Back to the builds (Esc)</source>
        <translation>返回构建列表 (Esc)</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Push</source>
        <translation>推送</translation>
    </message>
    <message>
        <source>Open the image</source>
        <translation>打开镜像</translation>
    </message>
    <message>
        <source>Build again…</source>
        <translation>重新构建…</translation>
    </message>
    <message>
        <source>Asks with all filled in as it was.</source>
        <translation>打开对话框，所有内容已按上次填写。</translation>
    </message>
    <message>
        <source>Export: write the steps, their times and what they said to a file</source>
        <translation>导出：把步骤、用时和输出写入文件</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Click a step to see what it said.</source>
        <translation>点击某一步可查看它的输出。</translation>
    </message>
    <message>
        <source>Steps</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>What the build says</source>
        <translation>构建输出</translation>
    </message>
    <message>
        <source>Dockerfile</source>
        <translation>Dockerfile</translation>
    </message>
    <message>
        <source>Line {0}: {1}</source>
        <translation>第 {0} 行：{1}</translation>
    </message>
</context>
<context>
    <name>BuildDialog</name>
    <message>
        <source>Build an image</source>
        <translation>构建镜像</translation>
    </message>
    <message>
        <source>The folder is sent to the engine, without what its .dockerignore names.</source>
        <translation>文件夹将发送给引擎，.dockerignore 中列出的内容除外。</translation>
    </message>
    <message>
        <source>Build</source>
        <translation>构建</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>选择…</translation>
    </message>
    <message>
        <source>Name of the image</source>
        <translation>镜像名称</translation>
    </message>
    <message>
        <source>Dockerfile</source>
        <translation>Dockerfile</translation>
    </message>
    <message>
        <source>Stage to stop at</source>
        <translation>停止的阶段</translation>
    </message>
    <message>
        <source>the last one</source>
        <translation>最后一个</translation>
    </message>
    <message>
        <source>Platform</source>
        <translation>平台</translation>
    </message>
    <message>
        <source>Build arguments</source>
        <translation>构建参数</translation>
    </message>
    <message>
        <source>Secrets (files that RUN --mount=type=secret may read)</source>
        <translation>机密（RUN --mount=type=secret 可读取的文件）</translation>
    </message>
    <message>
        <source>Run all steps anew, without the cache</source>
        <translation>不使用缓存，重新执行所有步骤</translation>
    </message>
    <message>
        <source>Lend my SSH agent to its steps (RUN --mount=type=ssh, git over SSH)</source>
        <translation>把我的 SSH 代理借给构建步骤（RUN --mount=type=ssh、通过 SSH 的 git）</translation>
    </message>
    <message>
        <source>They can sign in with your keys while the build goes on; the keys stay here.</source>
        <translation>构建期间，这些步骤可以用您的密钥登录；密钥始终留在本机。</translation>
    </message>
</context>
<context>
    <name>BuildsPage</name>
    <message>
        <source>Builds</source>
        <translation>构建</translation>
    </message>
    <message>
        <source>Clear the history…</source>
        <translation>清空历史记录…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>Look at a build of elsewhere, such as of a continuous integration: a .dockerbuild file</source>
        <translation>查看在别处完成的构建，例如持续集成的构建：.dockerbuild 文件</translation>
    </message>
    <message>
        <source>Build an image…</source>
        <translation>构建镜像…</translation>
    </message>
    <message>
        <source>Build an image</source>
        <translation>构建镜像</translation>
    </message>
    <message>
        <source>No builds yet</source>
        <translation>还没有构建</translation>
    </message>
    <message>
        <source>Build one from a folder with a Dockerfile; a folder can be dropped here, too.</source>
        <translation>从含有 Dockerfile 的文件夹构建；也可以将文件夹拖到这里。</translation>
    </message>
    <message>
        <source>This engine keeps no history of builds. Building from a folder works all the same.</source>
        <translation>此引擎不保存构建历史，但仍可从文件夹构建。</translation>
    </message>
    <message>
        <source>Remove from the history</source>
        <translation>从历史记录中移除</translation>
    </message>
    <message>
        <source>Records of builds (*.dockerbuild *.zip)</source>
        <translation>构建记录 (*.dockerbuild *.zip)</translation>
    </message>
    <message>
        <source>Import a build</source>
        <translation>导入构建</translation>
    </message>
    <message numerus="yes">
        <source>%n build(s) imported</source>
        <translation>
            <numerusform>已导入 %n 个构建</numerusform>
        </translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Records of builds (*.dockerbuild)</source>
        <translation>构建记录 (*.dockerbuild)</translation>
    </message>
    <message>
        <source>Export the build</source>
        <translation>导出构建</translation>
    </message>
    <message>
        <source>The build was written to {0}</source>
        <translation>构建已写入 {0}</translation>
    </message>
    <message>
        <source>Remove this build from the history?</source>
        <translation>从历史记录中移除此构建？</translation>
    </message>
    <message>
        <source>Its steps and what they said are forgotten. The image stays.</source>
        <translation>其步骤和输出将被删除，镜像会保留。</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Clear the history of builds?</source>
        <translation>清空构建历史记录？</translation>
    </message>
    <message>
        <source>The steps of all builds and what they said are forgotten. The images stay.</source>
        <translation>所有构建的步骤和输出将被删除，镜像会保留。</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>清空</translation>
    </message>
    <message numerus="yes">
        <source>%n build(s)</source>
        <translation>
            <numerusform>%n 次构建</numerusform>
        </translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
</context>
<context>
    <name>BuildsViewModel</name>
    <message>
        <source>A name has small letters, digits and . _ - /, and a tag after a colon.</source>
        <translation>名称由小写字母、数字和 . _ - / 组成，冒号后是标签。</translation>
    </message>
    <message>
        <source>There is no such folder.</source>
        <translation>没有这个文件夹。</translation>
    </message>
    <message>
        <source>There is no {0} in this folder.</source>
        <translation>此文件夹中没有 {0}。</translation>
    </message>
    <message>
        <source>There is no file {0} for the secret {1}.</source>
        <translation>找不到机密 {1} 的文件 {0}。</translation>
    </message>
    <message>
        <source>Sending the folder…</source>
        <translation>正在发送文件夹…</translation>
    </message>
    <message>
        <source>Building {0}</source>
        <translation>正在构建 {0}</translation>
    </message>
    <message>
        <source>{0} was built</source>
        <translation>{0} 已构建</translation>
    </message>
    <message>
        <source>{0} could not be built</source>
        <translation>{0} 构建失败</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>已取消</translation>
    </message>
    <message>
        <source>built in {0}</source>
        <translation>构建用时 {0}</translation>
    </message>
    <message>
        <source>failed after {0}</source>
        <translation>{0} 后失败</translation>
    </message>
    <message>
        <source>goes on for {0}</source>
        <translation>已进行 {0}</translation>
    </message>
    <message>
        <source>cancelled after {0}</source>
        <translation>{0} 后取消</translation>
    </message>
    <message>
        <source>{0} of {1} steps from the cache</source>
        <translation>{1} 步中有 {0} 步来自缓存</translation>
    </message>
    <message>
        <source>imported · {0}</source>
        <translation>导入的 · {0}</translation>
    </message>
    <message>
        <source>without a name</source>
        <translation>未命名</translation>
    </message>
    <message>
        <source>Step {0} of {1}: {2}</source>
        <translation>第 {0} 步，共 {1} 步：{2}</translation>
    </message>
    <message>
        <source>Building…</source>
        <translation>正在构建…</translation>
    </message>
    <message>
        <source>Built; {0} of {1} steps came from the cache</source>
        <translation>构建完成；{1} 步中有 {0} 步来自缓存</translation>
    </message>
    <message>
        <source>The build failed</source>
        <translation>构建失败</translation>
    </message>
    <message>
        <source>A step asks for an SSH agent: build again, and lend yours.</source>
        <translation>有步骤需要 SSH 代理：请重新构建，并勾选借出您的代理。</translation>
    </message>
</context>
<context>
    <name>CardsPage</name>
    <message>
        <source>Waiting for the engine</source>
        <translation>正在等待引擎</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>正在加载…</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>暂无</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>CertificateList</name>
    <message>
        <source>Add a file…</source>
        <translation>添加文件…</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer *.der);;All files (*)</source>
        <translation>证书 (*.pem *.crt *.cer *.der);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Add certificates</source>
        <translation>添加证书</translation>
    </message>
    <message>
        <source>Take {0} off the list</source>
        <translation>从列表中移除 {0}</translation>
    </message>
    <message>
        <source>{0} and {1} more</source>
        <translation>{0} 等，另有 {1} 个</translation>
    </message>
    <message>
        <source>Not used: {0}</source>
        <translation>未使用：{0}</translation>
    </message>
    <message>
        <source>Expired on {0}</source>
        <translation>已于 {0} 过期</translation>
    </message>
    <message>
        <source>Holds until {0}</source>
        <translation>有效期至 {0}</translation>
    </message>
</context>
<context>
    <name>ChecksView</name>
    <message>
        <source>Ask name servers and registries too</source>
        <translation>同时询问域名服务器和镜像仓库</translation>
    </message>
    <message>
        <source>Check again</source>
        <translation>重新检查</translation>
    </message>
    <message>
        <source>Save a report…</source>
        <translation>保存报告…</translation>
    </message>
    <message>
        <source>Packs the checks and logs, without secrets, into a file. Nothing is sent anywhere.</source>
        <translation>将检查结果和日志（不含机密）打包成文件。不会发送到任何地方。</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>检查</translation>
    </message>
    <message numerus="yes">
        <source>%n check(s) failed</source>
        <translation>
            <numerusform>%n 项检查未通过</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Works, with %n remark(s)</source>
        <translation>
            <numerusform>可以工作，有 %n 条提示</numerusform>
        </translation>
    </message>
    <message>
        <source>Everything is in order</source>
        <translation>一切正常</translation>
    </message>
    <message>
        <source>in order</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>with a remark</source>
        <translation>有提示</translation>
    </message>
    <message>
        <source>failed</source>
        <translation>未通过</translation>
    </message>
    <message>
        <source>not looked at</source>
        <translation>未检查</translation>
    </message>
    <message>
        <source>Open settings</source>
        <translation>打开设置</translation>
    </message>
    <message>
        <source>Show all data</source>
        <translation>查看所有数据</translation>
    </message>
    <message>
        <source>Restart the engine</source>
        <translation>重启引擎</translation>
    </message>
    <message>
        <source>Save a report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>Archives (*.tar.gz)</source>
        <translation>压缩包 (*.tar.gz)</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>Saved as {0}. In it: {1}. Secrets were removed; have a look before you send it.</source>
        <translation>已保存为 {0}，内含：{1}。机密信息已去除；发送前请先查看。</translation>
    </message>
    <message>
        <source>The checks could not be made</source>
        <translation>无法进行检查</translation>
    </message>
</context>
<context>
    <name>CloneVolumeDialog</name>
    <message>
        <source>A new volume gets a copy of all that is in {0}.</source>
        <translation>新卷将获得 {0} 中全部内容的副本。</translation>
    </message>
    <message>
        <source>What containers write meanwhile may be missing.</source>
        <translation>容器在此期间写入的内容可能缺失。</translation>
    </message>
    <message>
        <source>Clone a volume</source>
        <translation>克隆卷</translation>
    </message>
</context>
<context>
    <name>ColumnChooser</name>
    <message>
        <source>Choose columns</source>
        <translation>选择列</translation>
    </message>
</context>
<context>
    <name>ComposeDetailView</name>
    <message>
        <source>Back to the projects (Esc)</source>
        <translation>返回项目列表 (Esc)</translation>
    </message>
    <message>
        <source>Its file is not on this computer</source>
        <translation>其文件不在此计算机上</translation>
    </message>
    <message>
        <source>Services</source>
        <translation>服务</translation>
    </message>
    <message>
        <source>What compose says</source>
        <translation>compose 的输出</translation>
    </message>
    <message>
        <source>Nothing is going on</source>
        <translation>空闲</translation>
    </message>
    <message>
        <source>{0} is not on this computer any more</source>
        <translation>{0} 已不在这台电脑上</translation>
    </message>
    <message>
        <source>Up</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Create what is missing and start all services</source>
        <translation>创建缺少的部分并启动所有服务</translation>
    </message>
    <message>
        <source>Build and up</source>
        <translation>构建并启动</translation>
    </message>
    <message>
        <source>Build the images of the project anew, then start all services</source>
        <translation>重新构建项目的镜像，然后启动所有服务</translation>
    </message>
    <message>
        <source>Watch</source>
        <translation>监视</translation>
    </message>
    <message>
        <source>Bring changes of the sources into the containers, until Stop</source>
        <translation>将源代码的更改同步到容器中，直到停止</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Down</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Remove the project&apos;s containers and networks; volumes stay</source>
        <translation>移除项目的容器和网络；卷保留</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>The file asks for these values; * must be given.</source>
        <translation>文件需要这些值；带 * 的必须填写。</translation>
    </message>
    <message>
        <source>Variables</source>
        <translation>变量</translation>
    </message>
    <message>
        <source>Services of a profile are started only when it is switched on.</source>
        <translation>只有启用了某个配置文件（profile），其中的服务才会启动。</translation>
    </message>
    <message>
        <source>Profiles</source>
        <translation>配置文件（profile）</translation>
    </message>
    <message>
        <source>Delete its volumes too: their data is lost</source>
        <translation>同时删除其卷：数据将丢失</translation>
    </message>
    <message>
        <source>Take the project down?</source>
        <translation>移除此项目？</translation>
    </message>
    <message>
        <source>Its containers and networks are removed.</source>
        <translation>其容器和网络将被移除。</translation>
    </message>
    <message>
        <source>Take down</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>Taking it down…</source>
        <translation>正在移除…</translation>
    </message>
    <message>
        <source>Restarting…</source>
        <translation>正在重启…</translation>
    </message>
    <message>
        <source>Scaling…</source>
        <translation>正在调整数量…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Watching the sources</source>
        <translation>正在监视源代码</translation>
    </message>
    <message>
        <source>Following the logs of all services</source>
        <translation>正在跟踪所有服务的日志</translation>
    </message>
    <message>
        <source>Compose is at work on {0}</source>
        <translation>Compose 正在处理 {0}</translation>
    </message>
    <message>
        <source>Stop following</source>
        <translation>停止跟踪</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>{0} of {1} running</source>
        <translation>{1} 个中有 {0} 个在运行</translation>
    </message>
    <message>
        <source>healthy</source>
        <translation>健康</translation>
    </message>
    <message>
        <source>unhealthy</source>
        <translation>不健康</translation>
    </message>
    <message>
        <source>health not known yet</source>
        <translation>健康状况未知</translation>
    </message>
    <message>
        <source>not created</source>
        <translation>未创建</translation>
    </message>
    <message>
        <source>One container less</source>
        <translation>减少一个容器</translation>
    </message>
    <message>
        <source>One container more</source>
        <translation>增加一个容器</translation>
    </message>
    <message>
        <source>Show its container: log, terminal, files</source>
        <translation>显示其容器：日志、终端、文件</translation>
    </message>
</context>
<context>
    <name>ComposePage</name>
    <message>
        <source>Compose</source>
        <translation>Compose</translation>
    </message>
    <message>
        <source>Open a compose file…</source>
        <translation>打开 compose 文件…</translation>
    </message>
    <message>
        <source>No compose projects yet</source>
        <translation>还没有 compose 项目</translation>
    </message>
    <message>
        <source>A compose file describes several containers that belong together. Open one, or drop it here.</source>
        <translation>compose 文件描述若干协同工作的容器。打开一个，或将其拖到这里。</translation>
    </message>
    <message>
        <source>Compose files (*.yaml *.yml)</source>
        <translation>Compose 文件 (*.yaml *.yml)</translation>
    </message>
    <message>
        <source>Open a compose file</source>
        <translation>打开 compose 文件</translation>
    </message>
    <message numerus="yes">
        <source>%n project(s)</source>
        <translation>
            <numerusform>%n 个项目</numerusform>
        </translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新查找</translation>
    </message>
    <message>
        <source>{0} of {1} running</source>
        <translation>{1} 个中有 {0} 个在运行</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
</context>
<context>
    <name>ComposeViewModel</name>
    <message>
        <source>Choose a compose.yaml, or a folder with one.</source>
        <translation>请选择 compose.yaml，或包含它的文件夹。</translation>
    </message>
    <message>
        <source>The project {0} has no containers any more</source>
        <translation>项目 {0} 已没有任何容器</translation>
    </message>
    <message>
        <source>Starting {0}</source>
        <translation>正在启动 {0}</translation>
    </message>
    <message>
        <source>{0} was started</source>
        <translation>{0} 已启动</translation>
    </message>
    <message>
        <source>{0} was not started</source>
        <translation>{0} 未能启动</translation>
    </message>
    <message>
        <source>Scaling {0}</source>
        <translation>正在调整 {0} 的容器数量</translation>
    </message>
    <message>
        <source>{0} was scaled</source>
        <translation>{0} 的容器数量已调整</translation>
    </message>
    <message>
        <source>{0} was not scaled</source>
        <translation>{0} 的容器数量未能调整</translation>
    </message>
    <message>
        <source>Removing {0}</source>
        <translation>正在移除 {0}</translation>
    </message>
    <message>
        <source>{0} was removed</source>
        <translation>{0} 已移除</translation>
    </message>
    <message>
        <source>{0} was not removed</source>
        <translation>{0} 未能移除</translation>
    </message>
    <message>
        <source>Restarting {0}</source>
        <translation>正在重启 {0}</translation>
    </message>
    <message>
        <source>{0} was restarted</source>
        <translation>{0} 已重启</translation>
    </message>
    <message>
        <source>{0} was not restarted</source>
        <translation>{0} 未能重启</translation>
    </message>
    <message>
        <source>Stopping {0}</source>
        <translation>正在停止 {0}</translation>
    </message>
    <message>
        <source>{0} was stopped</source>
        <translation>{0} 已停止</translation>
    </message>
    <message>
        <source>{0} was not stopped</source>
        <translation>{0} 未能停止</translation>
    </message>
</context>
<context>
    <name>ConfirmDeleteDialog</name>
    <message numerus="yes">
        <source>… and %n more</source>
        <translation>
            <numerusform>……还有 %n 个</numerusform>
        </translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>ConnectContainerDialog</name>
    <message>
        <source>Connect a container with {0}</source>
        <translation>将容器连接到 {0}</translation>
    </message>
    <message>
        <source>It stays on the networks that it is on.</source>
        <translation>它仍留在当前所在的网络中。</translation>
    </message>
    <message>
        <source>Connect</source>
        <translation>连接</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>容器</translation>
    </message>
    <message>
        <source>On this network containers have no other names and no address of your choice.</source>
        <translation>在此网络中，容器没有别名，也不能自选地址。</translation>
    </message>
    <message>
        <source>More names</source>
        <translation>更多名称</translation>
    </message>
    <message>
        <source>such as db, cache: others find it by them, too</source>
        <translation>例如 db, cache：其他容器也能通过这些名称找到它</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>chosen by the engine</source>
        <translation>由引擎选择</translation>
    </message>
</context>
<context>
    <name>ContainerActions</name>
    <message>
        <source>More…</source>
        <translation>更多…</translation>
    </message>
    <message>
        <source>Open in the browser</source>
        <translation>在浏览器中打开</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>暂停</translation>
    </message>
    <message>
        <source>Force stop…</source>
        <translation>强制停止…</translation>
    </message>
    <message>
        <source>Open in VS Code</source>
        <translation>在 VS Code 中打开</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Edit…</source>
        <translation>编辑…</translation>
    </message>
    <message>
        <source>Update the image…</source>
        <translation>更新镜像…</translation>
    </message>
    <message>
        <source>Rename…</source>
        <translation>重命名…</translation>
    </message>
    <message>
        <source>Save as image…</source>
        <translation>保存为镜像…</translation>
    </message>
    <message>
        <source>Export its files…</source>
        <translation>导出其文件…</translation>
    </message>
    <message>
        <source>Copy as docker run</source>
        <translation>复制为 docker run 命令</translation>
    </message>
    <message>
        <source>Copy the id</source>
        <translation>复制 ID</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Start all</source>
        <translation>全部启动</translation>
    </message>
    <message>
        <source>Stop all</source>
        <translation>全部停止</translation>
    </message>
    <message>
        <source>Logs of all</source>
        <translation>全部日志</translation>
    </message>
    <message>
        <source>Delete all</source>
        <translation>全部删除</translation>
    </message>
</context>
<context>
    <name>ContainerChange</name>
    <message>
        <source>Changing {0}</source>
        <translation>正在更改 {0}</translation>
    </message>
    <message>
        <source>{0} was changed</source>
        <translation>{0} 已更改</translation>
    </message>
    <message>
        <source>{0} could not be changed</source>
        <translation>{0} 无法更改</translation>
    </message>
    <message>
        <source>{0} is as it was before.</source>
        <translation>{0} 已恢复原样。</translation>
    </message>
</context>
<context>
    <name>ContainerDetailView</name>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Environment</source>
        <translation>环境变量</translation>
    </message>
    <message>
        <source>Mounts and ports</source>
        <translation>挂载与端口</translation>
    </message>
    <message>
        <source>Stats</source>
        <translation>统计</translation>
    </message>
    <message>
        <source>Processes</source>
        <translation>进程</translation>
    </message>
    <message>
        <source>Health</source>
        <translation>健康</translation>
    </message>
    <message>
        <source>Back to the containers (Esc)</source>
        <translation>返回容器列表（Esc）</translation>
    </message>
    <message>
        <source>Show the image {0}</source>
        <translation>显示镜像 {0}</translation>
    </message>
    <message>
        <source>A newer image has this name. Click to update.</source>
        <translation>此名称已有更新的镜像。点击以更新。</translation>
    </message>
    <message>
        <source>More…</source>
        <translation>更多…</translation>
    </message>
    <message>
        <source>What to see of the container</source>
        <translation>查看容器的哪些内容</translation>
    </message>
    <message>
        <source>No connection to the engine: what you see is from before. ({0})</source>
        <translation>未连接到引擎：显示的是之前的内容。（{0}）</translation>
    </message>
    <message>
        <source>The container was deleted. What was read of it stays here.</source>
        <translation>容器已被删除，已读取的内容仍保留在此。</translation>
    </message>
</context>
<context>
    <name>ContainerDetailsViewModel</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>In the container</source>
        <translation>容器内</translation>
    </message>
    <message>
        <source>Comes from</source>
        <translation>来源</translation>
    </message>
    <message>
        <source>Access</source>
        <translation>访问方式</translation>
    </message>
    <message>
        <source>On this computer</source>
        <translation>本机</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Other names</source>
        <translation>其他名称</translation>
    </message>
    <message>
        <source>Label</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>无上限</translation>
    </message>
    <message>
        <source>Processors</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>not published</source>
        <translation>未发布</translation>
    </message>
    <message>
        <source>volume {0}</source>
        <translation>卷 {0}</translation>
    </message>
    <message>
        <source>memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>read and write</source>
        <translation>读写</translation>
    </message>
    <message>
        <source>read only</source>
        <translation>只读</translation>
    </message>
</context>
<context>
    <name>ContainerDialogs</name>
    <message>
        <source>Export the files of {0}</source>
        <translation>导出 {0} 的文件</translation>
    </message>
    <message>
        <source>Force stop this container?</source>
        <translation>要强制停止此容器吗？</translation>
    </message>
    <message>
        <source>Its processes end at once: what they have not yet saved is lost.</source>
        <translation>其进程会立即结束：尚未保存的内容将丢失。</translation>
    </message>
    <message>
        <source>Force stop</source>
        <translation>强制停止</translation>
    </message>
    <message>
        <source>Also delete their anonymous volumes</source>
        <translation>同时删除它们的匿名卷</translation>
    </message>
    <message>
        <source>Stop running containers first</source>
        <translation>先停止正在运行的容器</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n container(s)?</source>
        <translation>
            <numerusform>删除 %n 个容器？</numerusform>
        </translation>
    </message>
    <message>
        <source>What they wrote outside of volumes is lost.</source>
        <translation>它们写在卷之外的内容将会丢失。</translation>
    </message>
</context>
<context>
    <name>ContainerExport</name>
    <message>
        <source>Exporting the files of {0}</source>
        <translation>正在导出 {0} 的文件</translation>
    </message>
    <message>
        <source>The files of {0} are in {1}</source>
        <translation>{0} 的文件已导出到 {1}</translation>
    </message>
    <message>
        <source>The files of {0} were not exported</source>
        <translation>{0} 的文件未能导出</translation>
    </message>
</context>
<context>
    <name>ContainerFilesView</name>
    <message>
        <source>The folder above (Backspace)</source>
        <translation>上级文件夹（退格键）</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>Read the folder anew</source>
        <translation>重新读取文件夹</translation>
    </message>
    <message>
        <source>Copy in…</source>
        <translation>复制进来…</translation>
    </message>
    <message>
        <source>Copy files of this computer into this folder; they can be dropped, too</source>
        <translation>将本机文件复制到此文件夹，也可以直接拖放</translation>
    </message>
    <message>
        <source>Show or change a text file (Enter)</source>
        <translation>显示或修改文本文件 (Enter)</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>Copy the selected file to this computer; a folder becomes a .tar archive</source>
        <translation>将所选文件复制到本机，文件夹会保存为 .tar 归档</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>正在处理</translation>
    </message>
    <message>
        <source>This folder is empty.</source>
        <translation>此文件夹为空。</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Copy files in</source>
        <translation>复制文件到此处</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n item(s)?</source>
        <translation>
            <numerusform>删除 %n 项？</numerusform>
        </translation>
    </message>
    <message>
        <source>Folders go with everything in them.</source>
        <translation>文件夹及其中所有内容都会被删除。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Files of more than {0} are too large to be dragged: save them.</source>
        <translation>超过 {0} 的文件太大，无法拖出：请用“保存”。</translation>
    </message>
    <message>
        <source>The files are copied: drag them once more.</source>
        <translation>文件已复制：请再拖一次。</translation>
    </message>
</context>
<context>
    <name>ContainerFilesViewModel</name>
    <message>
        <source>Copying {0} to this computer</source>
        <translation>正在将 {0} 复制到本机</translation>
    </message>
    <message>
        <source>Saved as {0}</source>
        <translation>已保存为 {0}</translation>
    </message>
    <message>
        <source>{0} could not be copied to this computer</source>
        <translation>{0} 无法复制到本机</translation>
    </message>
    <message>
        <source>Copying into {0}</source>
        <translation>正在复制到 {0}</translation>
    </message>
    <message>
        <source>Copied into {0}</source>
        <translation>已复制到 {0}</translation>
    </message>
    <message>
        <source>Nothing could be copied into {0}</source>
        <translation>无法复制到 {0}</translation>
    </message>
</context>
<context>
    <name>ContainerFormDialog</name>
    <message>
        <source>Add a port</source>
        <translation>添加端口</translation>
    </message>
    <message>
        <source>Environment</source>
        <translation>环境变量</translation>
    </message>
    <message>
        <source>NAME=value, one a line; a .env file can be pasted here</source>
        <translation>NAME=value，每行一个；可粘贴 .env 文件内容</translation>
    </message>
    <message>
        <source>Read a file…</source>
        <translation>读取文件…</translation>
    </message>
    <message>
        <source>Add a volume</source>
        <translation>添加卷</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Read variables from a file</source>
        <translation>从文件读取变量</translation>
    </message>
</context>
<context>
    <name>ContainerHealthView</name>
    <message>
        <source>Checked</source>
        <translation>检查时间</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>Took</source>
        <translation>耗时</translation>
    </message>
    <message>
        <source>Last checks</source>
        <translation>最近的检查</translation>
    </message>
    <message>
        <source>What the check said</source>
        <translation>检查的输出</translation>
    </message>
    <message>
        <source>The check said nothing.</source>
        <translation>检查没有输出。</translation>
    </message>
    <message>
        <source>Healthy</source>
        <translation>健康</translation>
    </message>
    <message numerus="yes">
        <source>Unhealthy: %n check(s) in a row failed</source>
        <translation>
            <numerusform>不健康：连续 %n 次检查失败</numerusform>
        </translation>
    </message>
    <message>
        <source>Starting: not yet healthy</source>
        <translation>正在启动：尚未健康</translation>
    </message>
    <message>
        <source>Not checked: it does not run</source>
        <translation>未检查：容器未运行</translation>
    </message>
    <message>
        <source>No health check</source>
        <translation>没有健康检查</translation>
    </message>
    <message>
        <source>Every {0}: {1}</source>
        <translation>每 {0}：{1}</translation>
    </message>
    <message>
        <source>A health check is a command that tells whether the program inside works. The image names none; an image&apos;s HEALTHCHECK or a compose file&apos;s healthcheck adds one.</source>
        <translation>健康检查是判断容器内程序是否正常的命令。该镜像没有指定；可以通过镜像的 HEALTHCHECK 或 compose 文件的 healthcheck 添加。</translation>
    </message>
    <message>
        <source>fine</source>
        <translation>正常</translation>
    </message>
    <message>
        <source>failed ({0}): {1}</source>
        <translation>失败（{0}）：{1}</translation>
    </message>
    <message>
        <source>failed ({0})</source>
        <translation>失败 ({0})</translation>
    </message>
</context>
<context>
    <name>ContainerInspectView</name>
    <message>
        <source>Everything about the container</source>
        <translation>容器的全部信息</translation>
    </message>
    <message>
        <source>How it is shown</source>
        <translation>显示方式</translation>
    </message>
    <message>
        <source>Tree</source>
        <translation>树</translation>
    </message>
    <message>
        <source>JSON</source>
        <translation>JSON</translation>
    </message>
    <message>
        <source>Search names and values</source>
        <translation>搜索名称和值</translation>
    </message>
    <message>
        <source>Open all</source>
        <translation>全部展开</translation>
    </message>
    <message>
        <source>Fold all</source>
        <translation>全部折叠</translation>
    </message>
    <message>
        <source>Copy all as JSON</source>
        <translation>全部复制为 JSON</translation>
    </message>
    <message>
        <source>Copy it as it is shown: secrets that are hidden stay so</source>
        <translation>按显示的内容复制：已隐藏的机密不会被复制</translation>
    </message>
    <message>
        <source>nothing found</source>
        <translation>未找到</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>Copy value</source>
        <translation>复制值</translation>
    </message>
    <message>
        <source>Copy path</source>
        <translation>复制路径</translation>
    </message>
    <message>
        <source>Open all below</source>
        <translation>展开其下全部</translation>
    </message>
    <message>
        <source>Fold</source>
        <translation>折叠</translation>
    </message>
</context>
<context>
    <name>ContainerList</name>
    <message>
        <source>Containers</source>
        <translation>容器</translation>
    </message>
</context>
<context>
    <name>ContainerLogsView</name>
    <message>
        <source>Log of {0}</source>
        <translation>{0} 的日志</translation>
    </message>
    <message>
        <source>Follow new lines (End)</source>
        <translation>跟随新行 (End)</translation>
    </message>
    <message>
        <source>Show times</source>
        <translation>显示时间</translation>
    </message>
    <message>
        <source>Wrap long lines</source>
        <translation>自动换行</translation>
    </message>
    <message>
        <source>Colours by level</source>
        <translation>按级别着色</translation>
    </message>
    <message>
        <source>Colours by level: errors, warnings… What the program has coloured stays so.</source>
        <translation>按级别着色：错误、警告……程序自带的颜色保持不变。</translation>
    </message>
    <message>
        <source>Copy the selection, or everything</source>
        <translation>复制所选内容或全部</translation>
    </message>
    <message>
        <source>Save the log to a file</source>
        <translation>将日志保存到文件</translation>
    </message>
    <message>
        <source>Clear the view</source>
        <translation>清空视图</translation>
    </message>
    <message>
        <source>Older lines</source>
        <translation>更早的行</translation>
    </message>
    <message>
        <source>Read the log from its beginning, a million lines at most</source>
        <translation>从头读取日志，最多一百万行</translation>
    </message>
    <message>
        <source>Go to the newest line</source>
        <translation>转到最新一行</translation>
    </message>
    <message>
        <source>Which output is shown</source>
        <translation>显示哪些输出</translation>
    </message>
    <message>
        <source>All output</source>
        <translation>全部输出</translation>
    </message>
    <message>
        <source>Standard output</source>
        <translation>标准输出</translation>
    </message>
    <message>
        <source>Standard error</source>
        <translation>标准错误</translation>
    </message>
    <message numerus="yes">
        <source>%n new line(s)</source>
        <translation>
            <numerusform>%n 条新行</numerusform>
        </translation>
    </message>
    <message>
        <source>There is no {0} any more: this log is searched instead.</source>
        <translation>{0} 已不存在：改为在此日志中搜索。</translation>
    </message>
    <message>
        <source>The log was saved: {0}</source>
        <translation>日志已保存：{0}</translation>
    </message>
    <message>
        <source>Copying {0} lines…</source>
        <translation>正在复制 {0} 行…</translation>
    </message>
    <message>
        <source>{0} lines were copied.</source>
        <translation>已复制 {0} 行。</translation>
    </message>
    <message>
        <source>No browser could be opened for {0}</source>
        <translation>无法为 {0} 打开浏览器</translation>
    </message>
    <message>
        <source>A container with a terminal has one output only</source>
        <translation>带终端的容器只有一路输出</translation>
    </message>
    <message>
        <source>Not running</source>
        <translation>未运行</translation>
    </message>
    <message>
        <source>Not running: no output</source>
        <translation>未运行：没有输出</translation>
    </message>
    <message>
        <source>Not running: the whole log</source>
        <translation>未运行：全部日志</translation>
    </message>
    <message>
        <source>Opening…</source>
        <translation>正在打开…</translation>
    </message>
    <message>
        <source>Live</source>
        <translation>实时</translation>
    </message>
    <message>
        <source>No output yet</source>
        <translation>还没有输出</translation>
    </message>
    <message>
        <source>Interrupted</source>
        <translation>已中断</translation>
    </message>
    <message>
        <source>The connection to the engine is lost. The log goes on by itself when it is back.</source>
        <translation>与引擎的连接已断开。恢复后日志会自动继续。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>ContainerProcessesView</name>
    <message>
        <source>Processes</source>
        <translation>进程</translation>
    </message>
    <message numerus="yes">
        <source>%n process(es)</source>
        <translation>
            <numerusform>%n 个进程</numerusform>
        </translation>
    </message>
    <message>
        <source>The container does not run: it has no processes.</source>
        <translation>容器未运行：没有进程。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>ContainerStatsView</name>
    <message>
        <source>Processor</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>{0} of one core</source>
        <translation>单核的 {0}</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>received</source>
        <translation>接收</translation>
    </message>
    <message>
        <source>sent</source>
        <translation>发送</translation>
    </message>
    <message>
        <source>read</source>
        <translation>读取</translation>
    </message>
    <message>
        <source>written</source>
        <translation>写入</translation>
    </message>
    <message>
        <source>The engine does not measure it</source>
        <translation>引擎不测量此项</translation>
    </message>
    <message>
        <source>The container does not run: nothing to measure.</source>
        <translation>容器未运行，没有可测量的数据。</translation>
    </message>
    <message>
        <source>The connection to the engine is lost. The charts go on by themselves when it is back.</source>
        <translation>与引擎的连接已断开。恢复后图表会自动继续。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>ContainerTable</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Status</source>
        <translation>状态</translation>
    </message>
    <message>
        <source>Ports</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>创建时间</translation>
    </message>
    <message>
        <source>newer image</source>
        <translation>有新镜像</translation>
    </message>
    <message>
        <source>{0} of {1} running</source>
        <translation>{1} 个中有 {0} 个在运行</translation>
    </message>
    <message>
        <source>Exited ({0})</source>
        <translation>已退出 ({0})</translation>
    </message>
    <message>
        <source>Unhealthy</source>
        <translation>不健康</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Restarting</source>
        <translation>正在重启</translation>
    </message>
    <message>
        <source>Removing</source>
        <translation>正在移除</translation>
    </message>
    <message>
        <source>Exited</source>
        <translation>已退出</translation>
    </message>
    <message>
        <source>Dead</source>
        <translation>已失效</translation>
    </message>
    <message>
        <source>Unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>Port {0} of this computer does not lead to it. {1}</source>
        <translation>本机的端口 {0} 没有连到该容器。{1}</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在启动…</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>正在停止…</translation>
    </message>
    <message>
        <source>Restarting…</source>
        <translation>正在重启…</translation>
    </message>
    <message>
        <source>Pausing…</source>
        <translation>正在暂停…</translation>
    </message>
    <message>
        <source>Resuming…</source>
        <translation>正在继续…</translation>
    </message>
    <message>
        <source>Deleting…</source>
        <translation>正在删除…</translation>
    </message>
</context>
<context>
    <name>ContainerTerminalView</name>
    <message>
        <source>Terminals</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>One more terminal</source>
        <translation>再开一个终端</translation>
    </message>
    <message>
        <source>Choose the shell</source>
        <translation>选择 Shell</translation>
    </message>
    <message>
        <source>Close this terminal</source>
        <translation>关闭此终端</translation>
    </message>
    <message>
        <source>A debug shell: beside the container, with tools of its own</source>
        <translation>调试 shell：与容器并列，自带工具</translation>
    </message>
    <message>
        <source>Search in the terminal (Ctrl+Shift+F)</source>
        <translation>在终端中搜索（Ctrl+Shift+F）</translation>
    </message>
    <message>
        <source>The container has no shell</source>
        <translation>容器中没有 Shell</translation>
    </message>
    <message>
        <source>The best there is</source>
        <translation>现有最合适的</translation>
    </message>
</context>
<context>
    <name>ContainersPage</name>
    <message>
        <source>Containers</source>
        <translation>容器</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Run a container from an image (Ctrl+N)</source>
        <translation>从镜像运行容器 (Ctrl+N)</translation>
    </message>
    <message>
        <source>Which containers are shown</source>
        <translation>显示哪些容器</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>Running</source>
        <translation>运行中</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Filter by name, image, id or port</source>
        <translation>按名称、镜像、ID 或端口筛选</translation>
    </message>
    <message>
        <source>name:, image:, port:, label: and is: (running, stopped, paused) say where a word is found</source>
        <translation>name:、image:、port:、label: 和 is:（running、stopped、paused）指定在哪里查找该词</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>{0} of {1} running</source>
        <translation>{1} 个中有 {0} 个在运行</translation>
    </message>
    <message numerus="yes">
        <source>%n selected</source>
        <translation>
            <numerusform>已选择 %n 个</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n container(s)</source>
        <translation>
            <numerusform>%n 个容器</numerusform>
        </translation>
    </message>
    <message>
        <source>No browser could be opened for {0}</source>
        <translation>无法为 {0} 打开浏览器</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>{0} was changed.</source>
        <translation>{0} 已更改。</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>Change the port…</source>
        <translation>更改端口…</translation>
    </message>
    <message>
        <source>{0} was saved.</source>
        <translation>{0} 已保存。</translation>
    </message>
    <message>
        <source>Show the image</source>
        <translation>查看镜像</translation>
    </message>
    <message>
        <source>{0} was not saved: {1}</source>
        <translation>{0} 未能保存：{1}</translation>
    </message>
    <message>
        <source>Copied: {0}</source>
        <translation>已复制：{0}</translation>
    </message>
</context>
<context>
    <name>ContainersViewModel</name>
    <message>
        <source>Saving the image {0}</source>
        <translation>正在保存镜像 {0}</translation>
    </message>
    <message>
        <source>The image {0} was saved</source>
        <translation>镜像 {0} 已保存</translation>
    </message>
    <message>
        <source>The image {0} could not be saved</source>
        <translation>镜像 {0} 无法保存</translation>
    </message>
</context>
<context>
    <name>ContentsView</name>
    <message>
        <source>Save the list</source>
        <translation>保存列表</translation>
    </message>
    <message>
        <source>As {0}…</source>
        <translation>另存为 {0}…</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Scan with the list that is here</source>
        <translation>使用现有列表扫描</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>What is in this image, and what is known to be wrong with it</source>
        <translation>此镜像中有什么，以及其中已知的问题</translation>
    </message>
    <message>
        <source>Trivy, an open-source scanner, lists the packages and compares them with published vulnerabilities. It runs in a container without a network: nothing of the image is sent.</source>
        <translation>开源扫描器 Trivy 会列出软件包，并与已公布的漏洞进行比对。它在没有网络的容器中运行：镜像的任何内容都不会被发送出去。</translation>
    </message>
    <message>
        <source>What to see of the contents</source>
        <translation>要查看的内容</translation>
    </message>
    <message>
        <source>Vulnerabilities</source>
        <translation>漏洞</translation>
    </message>
    <message>
        <source>Packages</source>
        <translation>软件包</translation>
    </message>
    <message>
        <source>Filter by name, licence or severity</source>
        <translation>按名称、许可证或严重程度筛选</translation>
    </message>
    <message>
        <source>Save the list of packages</source>
        <translation>保存软件包列表</translation>
    </message>
    <message>
        <source>Scan {0}</source>
        <translation>扫描 {0}</translation>
    </message>
    <message>
        <source>Fetch their index and scan (1 GB)</source>
        <translation>获取其索引并扫描（1 GB）</translation>
    </message>
    <message>
        <source>Scan again</source>
        <translation>重新扫描</translation>
    </message>
    <message>
        <source>Scan</source>
        <translation>扫描</translation>
    </message>
    <message>
        <source>Fetch and scan</source>
        <translation>获取并扫描</translation>
    </message>
    <message>
        <source>Update and scan</source>
        <translation>更新并扫描</translation>
    </message>
    <message>
        <source>{0} is being scanned</source>
        <translation>正在扫描 {0}</translation>
    </message>
    <message numerus="yes">
        <source>%n package(s)</source>
        <translation>
            <numerusform>%n 个软件包</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n vulnerability(s)</source>
        <translation>
            <numerusform>%n 个漏洞</numerusform>
        </translation>
    </message>
    <message>
        <source>The list is in {0}</source>
        <translation>列表已保存到 {0}</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>CopyField</name>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
</context>
<context>
    <name>CreateDialog</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>创建</translation>
    </message>
    <message>
        <source>Letters, digits and _ . - only, at least two, the first a letter or digit.</source>
        <translation>只能使用字母、数字和 _ . -，至少两个字符，且以字母或数字开头。</translation>
    </message>
    <message>
        <source>This name is taken.</source>
        <translation>该名称已被占用。</translation>
    </message>
</context>
<context>
    <name>CreateNetworkDialog</name>
    <message>
        <source>New network</source>
        <translation>新建网络</translation>
    </message>
    <message>
        <source>Containers on one network reach each other by their names.</source>
        <translation>同一网络中的容器可以通过名称互相访问。</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>bridge: the usual one</source>
        <translation>bridge：常用类型</translation>
    </message>
    <message>
        <source>macvlan: containers have hardware addresses on an interface</source>
        <translation>macvlan：容器在某个网络接口上拥有自己的硬件地址</translation>
    </message>
    <message>
        <source>ipvlan: containers share the hardware address of an interface</source>
        <translation>ipvlan：容器共用某个网络接口的硬件地址</translation>
    </message>
    <message>
        <source>Interface of the machine</source>
        <translation>虚拟机的网络接口</translation>
    </message>
    <message>
        <source>such as eth0; without one they reach only each other</source>
        <translation>例如 eth0；不填则容器之间只能互相访问</translation>
    </message>
    <message>
        <source>Range of addresses</source>
        <translation>地址范围</translation>
    </message>
    <message>
        <source>chosen by the engine</source>
        <translation>由引擎选择</translation>
    </message>
    <message>
        <source>No way out: containers reach only each other</source>
        <translation>不通外网：容器只能互相访问</translation>
    </message>
</context>
<context>
    <name>CreateVolumeDialog</name>
    <message>
        <source>New volume</source>
        <translation>新建卷</translation>
    </message>
    <message>
        <source>A volume keeps data when containers come and go.</source>
        <translation>容器增减时，卷中的数据会保留。</translation>
    </message>
</context>
<context>
    <name>DataView</name>
    <message>
        <source>Working</source>
        <translation>正在处理</translation>
    </message>
    <message>
        <source>New snapshot</source>
        <translation>新建快照</translation>
    </message>
    <message>
        <source>None yet. A snapshot keeps all images, containers and volumes as they are now.</source>
        <translation>暂无。快照保留当前所有镜像、容器和卷的状态。</translation>
    </message>
    <message>
        <source>Give back room</source>
        <translation>归还空间</translation>
    </message>
    <message>
        <source>Returns what the engine&apos;s disk no longer needs to this computer</source>
        <translation>将引擎磁盘不再需要的空间归还给此计算机</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>Move…</source>
        <translation>移动…</translation>
    </message>
    <message>
        <source>Keeps all data in another folder, on another disk for example</source>
        <translation>将所有数据保存到另一个文件夹，例如另一块磁盘上</translation>
    </message>
    <message>
        <source>Reset to factory…</source>
        <translation>恢复出厂设置…</translation>
    </message>
    <message>
        <source>Remove all data…</source>
        <translation>移除所有数据…</translation>
    </message>
    <message>
        <source>Uninstall Marina…</source>
        <translation>卸载 Marina…</translation>
    </message>
    <message>
        <source>Export, import, move and reset stop the containers and start the engine again.</source>
        <translation>导出、导入、移动和重置会停止容器并重新启动引擎。</translation>
    </message>
    <message>
        <source>Remove all data keeps settings and snapshots. Reset to factory keeps neither: Marina is as on its first day.</source>
        <translation>“删除所有数据”会保留设置和快照。“恢复出厂设置”两者都不保留：Marina 会恢复到最初的状态。</translation>
    </message>
    <message>
        <source>Removes what Marina keeps on this computer, your data only if you want that. Then the program itself can go.</source>
        <translation>移除 Marina 保存在这台电脑上的内容，只有您要求时才删除您的数据。之后即可移除程序本身。</translation>
    </message>
    <message>
        <source>Snapshots</source>
        <translation>快照</translation>
    </message>
    <message>
        <source>All data</source>
        <translation>所有数据</translation>
    </message>
    <message>
        <source>Begin anew</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>Leave Marina</source>
        <translation>离开 Marina</translation>
    </message>
    <message>
        <source>Data</source>
        <translation>数据</translation>
    </message>
    <message>
        <source>It is kept in {0}.</source>
        <translation>保存在 {0}。</translation>
    </message>
    <message>
        <source>Go back to it…</source>
        <translation>恢复到此快照…</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>What was made or changed since then is lost. Containers are stopped for it.</source>
        <translation>此后创建或更改的内容将丢失。容器会因此停止。</translation>
    </message>
    <message>
        <source>Go back to this snapshot?</source>
        <translation>恢复到此快照？</translation>
    </message>
    <message>
        <source>Go back</source>
        <translation>恢复</translation>
    </message>
    <message>
        <source>Delete this snapshot?</source>
        <translation>删除此快照？</translation>
    </message>
    <message>
        <source>The data of now stays as it is.</source>
        <translation>当前数据保持不变。</translation>
    </message>
    <message>
        <source>all images</source>
        <translation>所有镜像</translation>
    </message>
    <message>
        <source>all containers</source>
        <translation>所有容器</translation>
    </message>
    <message>
        <source>all volumes and their data</source>
        <translation>所有卷及其数据</translation>
    </message>
    <message>
        <source>Remove all that the engine holds?</source>
        <translation>移除引擎中的所有内容？</translation>
    </message>
    <message>
        <source>Settings and snapshots are kept. A snapshot before this lets one go back.</source>
        <translation>设置和快照保留。事先创建快照可以恢复。</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>全部移除</translation>
    </message>
    <message>
        <source>Export all data</source>
        <translation>导出所有数据</translation>
    </message>
    <message>
        <source>Keep all data in</source>
        <translation>将所有数据保存到</translation>
    </message>
    <message>
        <source>Import all data</source>
        <translation>导入所有数据</translation>
    </message>
    <message>
        <source>Replace all data by this file&apos;s?</source>
        <translation>用此文件替换所有数据？</translation>
    </message>
    <message>
        <source>All data of now is lost, and the snapshots with it.</source>
        <translation>当前所有数据及快照都将丢失。</translation>
    </message>
    <message>
        <source>Replace</source>
        <translation>替换</translation>
    </message>
</context>
<context>
    <name>Desktop</name>
    <message>
        <source>Watching the sources of {0}</source>
        <translation>正在监视 {0} 的源文件</translation>
    </message>
    <message>
        <source>The window does this, so it ends with it. What a pull has downloaded is kept.</source>
        <translation>这些工作由窗口进行，因此会随窗口一起结束。拉取已下载的内容会保留。</translation>
    </message>
    <message>
        <source>Break off what goes on?</source>
        <translation>要中断正在进行的工作吗？</translation>
    </message>
    <message>
        <source>Break off and quit</source>
        <translation>中断并退出</translation>
    </message>
    <message>
        <source>Break off and restart</source>
        <translation>中断并重新启动</translation>
    </message>
    <message>
        <source>Stop the engine and restart Marina?</source>
        <translation>停止引擎并重启 Marina？</translation>
    </message>
    <message>
        <source>These containers are stopped. The engine starts again with the other version.</source>
        <translation>这些容器将被停止。引擎会随另一版本再次启动。</translation>
    </message>
    <message>
        <source>Stop and restart</source>
        <translation>停止并重启</translation>
    </message>
    <message>
        <source>Stopping the engine, then Marina quits…</source>
        <translation>正在停止引擎，随后 Marina 将退出…</translation>
    </message>
</context>
<context>
    <name>DockerCard</name>
    <message>
        <source>Use Marina for the docker command</source>
        <translation>docker 命令使用 Marina</translation>
    </message>
    <message>
        <source>Programs without contexts</source>
        <translation>不识别上下文的程序</translation>
    </message>
    <message>
        <source>Path of the engine&apos;s socket</source>
        <translation>引擎套接字的路径</translation>
    </message>
    <message>
        <source>Docker command</source>
        <translation>docker 命令</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>Socket of the engine</source>
        <translation>引擎的套接字</translation>
    </message>
    <message>
        <source>For programs that ask for DOCKER_HOST or a socket.</source>
        <translation>供需要 DOCKER_HOST 或套接字的程序使用。</translation>
    </message>
    <message>
        <source>Command for an administrator</source>
        <translation>由管理员执行的命令</translation>
    </message>
    <message>
        <source>{0} is set: the docker command obeys that, whatever is chosen here.</source>
        <translation>已设置 {0}：无论此处如何选择，docker 命令都以它为准。</translation>
    </message>
    <message>
        <source>There is no docker command on this computer yet. Marina&apos;s own is called marina.</source>
        <translation>这台计算机上还没有 docker 命令。Marina 自己的命令叫 marina。</translation>
    </message>
    <message>
        <source>docker, compose and what knows docker contexts come to Marina.</source>
        <translation>docker、compose 以及识别 docker 上下文的程序都会连接 Marina。</translation>
    </message>
    <message>
        <source>The current context is “{0}”. A single call comes here by: docker --context marina …</source>
        <translation>当前上下文是“{0}”。单次调用可用：docker --context marina …</translation>
    </message>
    <message>
        <source>{0} leads to Marina.</source>
        <translation>{0} 指向 Marina。</translation>
    </message>
    <message>
        <source>{0} belongs to another program; Marina leaves it alone.</source>
        <translation>{0} 属于其他程序，Marina 不会改动它。</translation>
    </message>
    <message>
        <source>Some look only at {0}, which nobody has now. An administrator can let it lead to Marina:</source>
        <translation>有些程序只查找 {0}，目前没有程序占用它。管理员可以让它指向 Marina：</translation>
    </message>
</context>
<context>
    <name>EditContainerDialog</name>
    <message>
        <source>Edit {0}</source>
        <translation>编辑 {0}</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Ports</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>Volumes</source>
        <translation>卷</translation>
    </message>
    <message>
        <source>Restart, limits</source>
        <translation>重启与上限</translation>
    </message>
    <message numerus="yes">
        <source>… and %n more</source>
        <translation>
            <numerusform>……还有 %n 个</numerusform>
        </translation>
    </message>
    <message>
        <source>Changing…</source>
        <translation>正在更改…</translation>
    </message>
    <message>
        <source>Creating the new one…</source>
        <translation>正在创建新容器…</translation>
    </message>
    <message>
        <source>Stopping, starting…</source>
        <translation>正在停止并启动…</translation>
    </message>
    <message>
        <source>Looking whether it runs…</source>
        <translation>正在确认是否运行…</translation>
    </message>
    <message>
        <source>Going back…</source>
        <translation>正在恢复…</translation>
    </message>
    <message>
        <source>Deleting the old one…</source>
        <translation>正在删除旧容器…</translation>
    </message>
</context>
<context>
    <name>EditContainerViewModel</name>
    <message>
        <source>restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>processors</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Nothing is changed yet.</source>
        <translation>尚未作任何更改。</translation>
    </message>
    <message>
        <source>A new container takes its place, so it stops for a moment. Its volumes are kept; what it wrote elsewhere is lost. If the new one does not run, this one comes back.</source>
        <translation>将由新容器取代它，因此会短暂停止。卷会保留；写在其他位置的内容将丢失。如果新容器无法运行，则恢复现有容器。</translation>
    </message>
    <message>
        <source>This is changed as it runs: nothing stops and nothing is lost.</source>
        <translation>运行时即可更改：不会停止，也不会丢失任何内容。</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>无上限</translation>
    </message>
</context>
<context>
    <name>EngineChip</name>
    <message>
        <source>Engine: {0}</source>
        <translation>引擎：{0}</translation>
    </message>
</context>
<context>
    <name>EnginePanel</name>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Open the console log</source>
        <translation>打开控制台日志</translation>
    </message>
    <message>
        <source>Troubleshoot</source>
        <translation>故障排查</translation>
    </message>
    <message>
        <source>Progress of the start</source>
        <translation>启动进度</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>启动引擎</translation>
    </message>
    <message>
        <source>Retry now</source>
        <translation>立即重试</translation>
    </message>
    <message>
        <source>Asking {0}…</source>
        <translation>正在询问 {0}…</translation>
    </message>
    <message>
        <source>The engine could not be started</source>
        <translation>引擎无法启动</translation>
    </message>
    <message>
        <source>The connection to the engine is lost</source>
        <translation>与引擎的连接已断开</translation>
    </message>
    <message>
        <source>Marina is connecting again by itself.</source>
        <translation>Marina 正在自动重新连接。</translation>
    </message>
    <message>
        <source>The engine is stopped</source>
        <translation>引擎已停止</translation>
    </message>
    <message>
        <source>Containers and images are safe on its disk. Start the engine to see and use them.</source>
        <translation>容器和镜像安全地保存在磁盘上。启动引擎即可查看和使用。</translation>
    </message>
    <message>
        <source>Starting the engine</source>
        <translation>正在启动引擎</translation>
    </message>
    <message>
        <source>Stopping the engine</source>
        <translation>正在停止引擎</translation>
    </message>
    <message>
        <source>Looking for the engine</source>
        <translation>正在查找引擎</translation>
    </message>
    <message>
        <source>The machine runs without hardware acceleration, so this takes longer: {0}</source>
        <translation>虚拟机在没有硬件加速的情况下运行，因此需要更长时间：{0}</translation>
    </message>
    <message>
        <source>given up after {0}</source>
        <translation>{0} 后放弃</translation>
    </message>
</context>
<context>
    <name>EnginePopover</name>
    <message>
        <source>Engine</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>Open the console log</source>
        <translation>打开控制台日志</translation>
    </message>
    <message>
        <source>Troubleshoot</source>
        <translation>故障排查</translation>
    </message>
    <message>
        <source>Up {0}</source>
        <translation>已运行 {0}</translation>
    </message>
    <message>
        <source>started in {0}</source>
        <translation>启动用时 {0}</translation>
    </message>
    <message numerus="yes">
        <source>%n processor(s)</source>
        <translation>
            <numerusform>%n 个处理器</numerusform>
        </translation>
    </message>
    <message>
        <source>memory {0} of {1}</source>
        <translation>内存 {0} / {1}</translation>
    </message>
    <message>
        <source>disk {0}</source>
        <translation>磁盘 {0}</translation>
    </message>
    <message>
        <source>with hardware acceleration</source>
        <translation>使用硬件加速</translation>
    </message>
    <message>
        <source>No hardware acceleration, so the engine is slow. {0}</source>
        <translation>没有硬件加速，因此引擎较慢。{0}</translation>
    </message>
</context>
<context>
    <name>EngineView</name>
    <message>
        <source>Starting {0} %</source>
        <translation>正在启动 {0} %</translation>
    </message>
    <message>
        <source>Looking for the engine…</source>
        <translation>正在查找引擎…</translation>
    </message>
    <message>
        <source>Not set up</source>
        <translation>未设置</translation>
    </message>
    <message>
        <source>Stopped</source>
        <translation>已停止</translation>
    </message>
    <message>
        <source>Engine running</source>
        <translation>引擎运行中</translation>
    </message>
    <message>
        <source>Slow</source>
        <translation>缓慢</translation>
    </message>
    <message>
        <source>Reconnecting</source>
        <translation>正在重新连接</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>已暂停</translation>
    </message>
    <message>
        <source>Suspended</source>
        <translation>已挂起</translation>
    </message>
    <message>
        <source>Stopping</source>
        <translation>正在停止</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>错误</translation>
    </message>
</context>
<context>
    <name>EnginesCard</name>
    <message>
        <source>The window still shows the engine from before.</source>
        <translation>窗口显示的仍是之前的引擎。</translation>
    </message>
    <message>
        <source>Show the chosen one</source>
        <translation>显示所选引擎</translation>
    </message>
    <message>
        <source>Add an engine…</source>
        <translation>添加引擎…</translation>
    </message>
    <message>
        <source>Import from another engine…</source>
        <translation>从其他引擎导入…</translation>
    </message>
    <message>
        <source>Window and command line work with the chosen one, also on another computer.</source>
        <translation>窗口和命令行都使用所选的引擎，也可以在另一台计算机上。</translation>
    </message>
    <message>
        <source>Engines</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>The machine of this computer</source>
        <translation>此计算机的虚拟机</translation>
    </message>
    <message>
        <source>Chosen</source>
        <translation>已选择</translation>
    </message>
    <message>
        <source>Use</source>
        <translation>使用</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
</context>
<context>
    <name>EnginesViewModel</name>
    <message>
        <source>Nothing was added. Check the address.</source>
        <translation>未添加任何内容。请检查地址。</translation>
    </message>
</context>
<context>
    <name>EnvironmentView</name>
    <message>
        <source>Filter by name or value</source>
        <translation>按名称或值筛选</translation>
    </message>
    <message>
        <source>Environment</source>
        <translation>环境变量</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Copy the selected lines, or all, as NAME=value</source>
        <translation>将选中行或全部复制为 NAME=value</translation>
    </message>
    <message>
        <source>Nothing matches the filter.</source>
        <translation>没有符合筛选条件的内容。</translation>
    </message>
    <message>
        <source>It has no variables.</source>
        <translation>它没有环境变量。</translation>
    </message>
</context>
<context>
    <name>ExitCodes</name>
    <message>
        <source>It needed more memory than it may have.</source>
        <translation>它需要的内存超过了允许的上限。</translation>
    </message>
    <message>
        <source>It was killed: by force, or since memory was short.</source>
        <translation>它被终止：被强制停止，或因内存不足。</translation>
    </message>
    <message>
        <source>It could not be started.</source>
        <translation>它无法启动。</translation>
    </message>
    <message>
        <source>Its command is not a program that can be executed.</source>
        <translation>它的命令不是可执行的程序。</translation>
    </message>
    <message>
        <source>Its command does not exist in the image.</source>
        <translation>镜像中没有它的命令。</translation>
    </message>
    <message>
        <source>It was interrupted, as Ctrl+C does.</source>
        <translation>它被中断，如同按下 Ctrl+C。</translation>
    </message>
    <message>
        <source>Its program gave up by itself (abort).</source>
        <translation>它的程序自行中止（abort）。</translation>
    </message>
    <message>
        <source>It was killed: by force, or since it did not stop in time.</source>
        <translation>它被终止：被强制停止，或因未能及时停止。</translation>
    </message>
    <message>
        <source>Its program crashed: it used memory that is not its own.</source>
        <translation>它的程序崩溃：访问了不属于它的内存。</translation>
    </message>
    <message>
        <source>It was told to stop.</source>
        <translation>它收到了停止的请求。</translation>
    </message>
</context>
<context>
    <name>FactoryResetDialog</name>
    <message>
        <source>Reset to factory?</source>
        <translation>恢复出厂设置？</translation>
    </message>
    <message>
        <source>All images, containers, volumes, networks and snapshots are deleted, and all settings. This cannot be undone. Sign-ins at registries and engines that you added stay.</source>
        <translation>所有镜像、容器、卷、网络和快照以及所有设置都会被删除。此操作无法撤销。仓库的登录信息和您添加的引擎会保留。</translation>
    </message>
    <message>
        <source>Delete all of it</source>
        <translation>全部删除</translation>
    </message>
    <message>
        <source>To confirm, type {0}</source>
        <translation>请输入 {0} 以确认</translation>
    </message>
</context>
<context>
    <name>FailureCard</name>
    <message>
        <source>Details</source>
        <translation>详细信息</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>FileTable</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Changed</source>
        <translation>修改时间</translation>
    </message>
    <message>
        <source>Rights</source>
        <translation>权限</translation>
    </message>
    <message>
        <source>Against the image</source>
        <translation>与镜像相比</translation>
    </message>
    <message>
        <source>new</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>changed</source>
        <translation>已更改</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Change</source>
        <translation>变化</translation>
    </message>
    <message>
        <source>added</source>
        <translation>新增</translation>
    </message>
    <message>
        <source>deleted</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>Footer</name>
    <message>
        <source>Settings say how much of this computer the engine may use</source>
        <translation>设置中可决定引擎能使用本机多少资源</translation>
    </message>
    <message>
        <source>Show what goes on</source>
        <translation>查看正在进行的任务</translation>
    </message>
    <message>
        <source>About Marina</source>
        <translation>关于 Marina</translation>
    </message>
    <message>
        <source>CPU {0} %</source>
        <translation>CPU {0} %</translation>
    </message>
    <message>
        <source>Memory {0}</source>
        <translation>内存 {0}</translation>
    </message>
    <message>
        <source>Disk {0}</source>
        <translation>磁盘 {0}</translation>
    </message>
    <message numerus="yes">
        <source>%n task(s)</source>
        <translation>
            <numerusform>%n 个任务</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FormChecks</name>
    <message>
        <source>Which port in the container? Type the one that its program listens on.</source>
        <translation>容器中的哪个端口？请填写程序监听的端口。</translation>
    </message>
    <message>
        <source>A port is a number from 1 to 65535.</source>
        <translation>端口是 1 到 65535 之间的数字。</translation>
    </message>
    <message>
        <source>The folder in the container begins with a slash, such as /data.</source>
        <translation>容器内的文件夹以斜杠开头，例如 /data。</translation>
    </message>
    <message>
        <source>Choose a folder of this computer, or type the name of a volume.</source>
        <translation>请选择本机的文件夹，或输入卷的名称。</translation>
    </message>
    <message>
        <source>A folder in the container has no colon in its name.</source>
        <translation>容器内文件夹的名称不能包含冒号。</translation>
    </message>
</context>
<context>
    <name>FormDialog</name>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>GettingStartedViewModel</name>
    <message>
        <source>Running getting-started</source>
        <translation>正在运行入门示例</translation>
    </message>
    <message>
        <source>Getting-started runs</source>
        <translation>入门示例已运行</translation>
    </message>
    <message>
        <source>Getting-started could not be run</source>
        <translation>入门示例无法运行</translation>
    </message>
    <message>
        <source>Start the engine</source>
        <translation>启动引擎</translation>
    </message>
    <message>
        <source>Get the image</source>
        <translation>获取镜像</translation>
    </message>
    <message>
        <source>Create the container</source>
        <translation>创建容器</translation>
    </message>
    <message>
        <source>Start the container</source>
        <translation>启动容器</translation>
    </message>
    <message>
        <source>Wait for the page</source>
        <translation>等待页面</translation>
    </message>
    <message>
        <source>Open the browser</source>
        <translation>打开浏览器</translation>
    </message>
</context>
<context>
    <name>Header</name>
    <message>
        <source>Search everything</source>
        <translation>搜索一切</translation>
    </message>
    <message>
        <source>Show the keys (?)</source>
        <translation>显示快捷键 (?)</translation>
    </message>
    <message>
        <source>Show the keys</source>
        <translation>显示快捷键</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>通知</translation>
    </message>
    <message numerus="yes">
        <source>Notifications, %n unread</source>
        <translation>
            <numerusform>通知，%n 条未读</numerusform>
        </translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>高对比度</translation>
    </message>
</context>
<context>
    <name>ImageContentsViewModel</name>
    <message>
        <source>Only packages were looked for</source>
        <translation>仅查找了软件包</translation>
    </message>
    <message>
        <source>{0} {1}</source>
        <translation>{1} {0}</translation>
    </message>
    <message>
        <source>No known vulnerability</source>
        <translation>没有已知漏洞</translation>
    </message>
    <message>
        <source>Scanned {0}</source>
        <translation>{0}扫描</translation>
    </message>
    <message>
        <source>list of vulnerabilities of {0}</source>
        <translation>漏洞列表日期 {0}</translation>
    </message>
    <message>
        <source>{0} gets no security updates any more</source>
        <translation>{0} 已不再获得安全更新</translation>
    </message>
    <message>
        <source>The list of vulnerabilities was made {0}: there is a newer one</source>
        <translation>漏洞列表生成于{0}：现已有更新的版本</translation>
    </message>
    <message>
        <source>Java archives were not looked at</source>
        <translation>未检查 Java 归档文件</translation>
    </message>
    <message>
        <source>To be fetched once: about {0}, which take 1.5 GB of the engine&apos;s disk.</source>
        <translation>需获取一次：约 {0}，将占用引擎磁盘 1.5 GB。</translation>
    </message>
    <message>
        <source>Fetches about {0}</source>
        <translation>将获取约 {0}</translation>
    </message>
</context>
<context>
    <name>ImageDetailView</name>
    <message>
        <source>Back to the images (Esc)</source>
        <translation>返回镜像 (Esc)</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>What to see of the image</source>
        <translation>查看镜像的哪些内容</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>容器</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Contents</source>
        <translation>内容</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Used by</source>
        <translation>使用者</translation>
    </message>
    <message>
        <source>No container uses it.</source>
        <translation>没有容器使用它。</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>ImageDetailsViewModel</name>
    <message>
        <source>Step</source>
        <translation>步骤</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>创建时间</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
    <message>
        <source>{0} on disk: {1} shared with other images, {2} its own</source>
        <translation>占用磁盘 {0}：{1} 与其他镜像共享，{2} 为自身独有</translation>
    </message>
    <message>
        <source>{0} on disk, all of it its own</source>
        <translation>占用磁盘 {0}，全部为自身独有</translation>
    </message>
    <message>
        <source>{0} {1}</source>
        <translation>{0} 个{1}</translation>
    </message>
    <message>
        <source>This step left the files as they were.</source>
        <translation>这一步没有改动文件。</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>Names</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Platform</source>
        <translation>平台</translation>
    </message>
    <message>
        <source>Entrypoint</source>
        <translation>入口点</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>文件夹</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Ports</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>Volumes</source>
        <translation>卷</translation>
    </message>
</context>
<context>
    <name>ImageScansViewModel</name>
    <message>
        <source>Scanning {0}</source>
        <translation>正在扫描 {0}</translation>
    </message>
    <message>
        <source>{0} was scanned</source>
        <translation>{0} 已扫描</translation>
    </message>
    <message>
        <source>{0} could not be scanned</source>
        <translation>无法扫描 {0}</translation>
    </message>
    <message>
        <source>Looking at what is here…</source>
        <translation>正在查看现有内容…</translation>
    </message>
    <message>
        <source>Fetching the scanner</source>
        <translation>正在获取扫描器</translation>
    </message>
    <message>
        <source>Fetching the list of vulnerabilities…</source>
        <translation>正在获取漏洞列表…</translation>
    </message>
    <message>
        <source>Fetching the index of Java archives…</source>
        <translation>正在获取 Java 归档索引…</translation>
    </message>
    <message>
        <source>Reading the image</source>
        <translation>正在读取镜像</translation>
    </message>
    <message>
        <source>Looking for packages…</source>
        <translation>正在查找软件包…</translation>
    </message>
</context>
<context>
    <name>ImageTable</name>
    <message>
        <source>Repository:Tag</source>
        <translation>仓库:标签</translation>
    </message>
    <message>
        <source>Id</source>
        <translation>ID</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用情况</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>创建时间</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>&lt;untagged&gt;</source>
        <translation>&lt;无标签&gt;</translation>
    </message>
    <message>
        <source>Deleting…</source>
        <translation>正在删除…</translation>
    </message>
    <message>
        <source>Unused</source>
        <translation>未使用</translation>
    </message>
    <message numerus="yes">
        <source>%n container(s)</source>
        <translation>
            <numerusform>%n 个容器</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImageTransfer</name>
    <message>
        <source>Pushing {0}…</source>
        <translation>正在推送 {0}…</translation>
    </message>
    <message>
        <source>{0} is in its registry.</source>
        <translation>{0} 已在其镜像仓库中。</translation>
    </message>
    <message>
        <source>{0} was not pushed</source>
        <translation>{0} 未能推送</translation>
    </message>
    <message>
        <source>Saving {0}…</source>
        <translation>正在保存 {0}…</translation>
    </message>
    <message>
        <source>{0} was saved.</source>
        <translation>{0} 已保存。</translation>
    </message>
    <message>
        <source>{0} was not saved</source>
        <translation>{0} 未能保存</translation>
    </message>
    <message>
        <source>Loading {0}…</source>
        <translation>正在加载 {0}…</translation>
    </message>
    <message>
        <source>{0} was loaded.</source>
        <translation>{0} 已加载。</translation>
    </message>
    <message>
        <source>{0} was not loaded</source>
        <translation>{0} 未能加载</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <source>{0} Wait until that has ended, or cancel it, and try {1} again.</source>
        <translation>{0} 请等它结束或先取消，再重试 {1}。</translation>
    </message>
</context>
<context>
    <name>ImagesPage</name>
    <message>
        <source>Which images are shown</source>
        <translation>显示哪些镜像</translation>
    </message>
    <message>
        <source>All</source>
        <translation>全部</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Unused</source>
        <translation>未使用</translation>
    </message>
    <message>
        <source>Nameless</source>
        <translation>无名称</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Filter by name or id</source>
        <translation>按名称或 ID 筛选</translation>
    </message>
    <message>
        <source>Pull</source>
        <translation>拉取</translation>
    </message>
    <message>
        <source>Pull an image</source>
        <translation>拉取镜像</translation>
    </message>
    <message>
        <source>Search registries for images</source>
        <translation>在镜像仓库中搜索镜像</translation>
    </message>
    <message>
        <source>Clean up: delete images that no container uses</source>
        <translation>清理：删除没有容器使用的镜像</translation>
    </message>
    <message>
        <source>Load images from a file (docker save)</source>
        <translation>从文件加载镜像 (docker save)</translation>
    </message>
    <message>
        <source>No images yet</source>
        <translation>还没有镜像</translation>
    </message>
    <message>
        <source>An image is what containers are made from. Pull one from a registry to begin.</source>
        <translation>容器由镜像创建。先从镜像仓库拉取一个镜像吧。</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n 个镜像</numerusform>
        </translation>
    </message>
    <message>
        <source>More…</source>
        <translation>更多…</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>详细信息</translation>
    </message>
    <message>
        <source>Scan it, and see what is in it</source>
        <translation>扫描并查看其中内容</translation>
    </message>
    <message>
        <source>Pull again</source>
        <translation>重新拉取</translation>
    </message>
    <message>
        <source>Add a name…</source>
        <translation>添加名称…</translation>
    </message>
    <message>
        <source>Push</source>
        <translation>推送</translation>
    </message>
    <message>
        <source>Save to a file…</source>
        <translation>保存到文件…</translation>
    </message>
    <message>
        <source>Copy the id</source>
        <translation>复制 ID</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Layers that no other image uses are deleted from the disk.</source>
        <translation>其他镜像不使用的层将从磁盘上删除。</translation>
    </message>
    <message>
        <source>Used by: {0}</source>
        <translation>使用者：{0}</translation>
    </message>
    <message>
        <source>Delete these containers too</source>
        <translation>同时删除这些容器</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n image(s)?</source>
        <translation>
            <numerusform>删除 %n 个镜像？</numerusform>
        </translation>
    </message>
    <message>
        <source>Every image is in use: there is nothing to clean up.</source>
        <translation>所有镜像都在使用中：没有可清理的内容。</translation>
    </message>
    <message>
        <source>No container uses them. This frees up to {0}; what is needed again must be pulled again.</source>
        <translation>没有容器使用它们。最多可释放 {0}；以后再需要时必须重新拉取。</translation>
    </message>
    <message numerus="yes">
        <source>Only the %n without a name ({0})</source>
        <translation>
            <numerusform>仅删除 %n 个无名称的镜像 ({0})</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Delete %n unused image(s)?</source>
        <translation>
            <numerusform>删除 %n 个未使用的镜像？</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) deleted</source>
        <translation>
            <numerusform>已删除 %n 个镜像</numerusform>
        </translation>
    </message>
    <message>
        <source>{0}, {1} freed.</source>
        <translation>{0}，已释放 {1}。</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Load images from a file</source>
        <translation>从文件加载镜像</translation>
    </message>
    <message>
        <source>Image archives (*.tar *.tar.gz *.tgz)</source>
        <translation>镜像归档 (*.tar *.tar.gz *.tgz)</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>所有文件 (*)</translation>
    </message>
    <message>
        <source>Save the image to a file</source>
        <translation>将镜像保存到文件</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s), {0} on disk</source>
        <translation>
            <numerusform>%n 个镜像，占用磁盘 {0}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ImportDialog</name>
    <message>
        <source>Import from another engine</source>
        <translation>从其他引擎导入</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>重新查看</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>正在处理</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Cancel the copy</source>
        <translation>取消复制</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Images, volumes, networks and containers of Docker Desktop, Docker, Podman and others are copied. Nothing is changed there. Stop what writes to a volume first.</source>
        <translation>复制 Docker Desktop、Docker、Podman 等引擎中的镜像、卷、网络和容器。原处不会有任何改动。请先停止正在写入卷的程序。</translation>
    </message>
    <message>
        <source>Engine to import from</source>
        <translation>要从中导入的引擎</translation>
    </message>
    <message>
        <source>Look</source>
        <translation>查看</translation>
    </message>
    <message>
        <source>What the engine has</source>
        <translation>该引擎中的内容</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>What happens</source>
        <translation>处理方式</translation>
    </message>
    <message>
        <source>No other engine was found. Start it, or write its address.</source>
        <translation>没有找到其他引擎。请启动它，或填写其地址。</translation>
    </message>
    <message>
        <source>Looking at what is there…</source>
        <translation>正在查看其中的内容…</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Volumes</source>
        <translation>卷</translation>
    </message>
    <message>
        <source>Networks</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Containers</source>
        <translation>容器</translation>
    </message>
    <message>
        <source>There is nothing to copy.</source>
        <translation>没有可复制的内容。</translation>
    </message>
    <message>
        <source>Copying. It goes on when this is closed.</source>
        <translation>正在复制。关闭此窗口后仍会继续。</translation>
    </message>
</context>
<context>
    <name>InspectionTree</name>
    <message>
        <source>Click to show it</source>
        <translation>点击以显示</translation>
    </message>
</context>
<context>
    <name>JsonTree</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>值</translation>
    </message>
</context>
<context>
    <name>Keys</name>
    <message>
        <source>Search everything</source>
        <translation>搜索一切</translation>
    </message>
    <message>
        <source>Filter the list, search the log</source>
        <translation>筛选列表、搜索日志</translation>
    </message>
    <message>
        <source>Run a container</source>
        <translation>运行容器</translation>
    </message>
    <message>
        <source>Pull an image</source>
        <translation>拉取镜像</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>刷新</translation>
    </message>
    <message>
        <source>Go back, close what is open</source>
        <translation>返回、关闭打开的内容</translation>
    </message>
    <message>
        <source>Larger</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Smaller</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>Normal size</source>
        <translation>正常大小</translation>
    </message>
    <message>
        <source>Show the keys</source>
        <translation>显示快捷键</translation>
    </message>
    <message>
        <source>Quit Marina</source>
        <translation>退出 Marina</translation>
    </message>
    <message>
        <source>Second action</source>
        <translation>第二项操作</translation>
    </message>
    <message>
        <source>All actions</source>
        <translation>全部操作</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Select</source>
        <translation>选择</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Menu of actions</source>
        <translation>操作菜单</translation>
    </message>
    <message>
        <source>Start or stop</source>
        <translation>启动或停止</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>Open in the browser</source>
        <translation>在浏览器中打开</translation>
    </message>
    <message>
        <source>Next tab</source>
        <translation>下一个标签页</translation>
    </message>
    <message>
        <source>Previous tab</source>
        <translation>上一个标签页</translation>
    </message>
    <message>
        <source>Next match in the log</source>
        <translation>日志中的下一个匹配</translation>
    </message>
    <message>
        <source>Last and saved searches in logs</source>
        <translation>最近的搜索和已保存的日志搜索</translation>
    </message>
    <message>
        <source>Follow the log</source>
        <translation>跟随日志</translation>
    </message>
    <message>
        <source>Folder above, in the files</source>
        <translation>文件中的上级文件夹</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Scroll up</source>
        <translation>向上滚动</translation>
    </message>
    <message>
        <source>Scroll down</source>
        <translation>向下滚动</translation>
    </message>
    <message>
        <source>Leave the terminal</source>
        <translation>离开终端</translation>
    </message>
</context>
<context>
    <name>KeysDialog</name>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Everywhere</source>
        <translation>任何位置</translation>
    </message>
    <message>
        <source>Pages</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>In the search</source>
        <translation>在搜索中</translation>
    </message>
    <message>
        <source>In a list</source>
        <translation>在列表中</translation>
    </message>
    <message>
        <source>On a container of the list</source>
        <translation>在列表中的容器上</translation>
    </message>
    <message>
        <source>In a container&apos;s page</source>
        <translation>在容器页面中</translation>
    </message>
    <message>
        <source>In a terminal: all others are the program&apos;s</source>
        <translation>在终端中：其余按键都归程序</translation>
    </message>
</context>
<context>
    <name>LayersView</name>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Choose a step to see which files it added, changed or deleted.</source>
        <translation>选择一个步骤，查看它新增、更改或删除了哪些文件。</translation>
    </message>
    <message>
        <source>Filter by path</source>
        <translation>按路径筛选</translation>
    </message>
    <message>
        <source>Files of the step</source>
        <translation>该步骤的文件</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查找…</translation>
    </message>
</context>
<context>
    <name>LearnPage</name>
    <message>
        <source>Learn</source>
        <translation>学习</translation>
    </message>
    <message>
        <source>Each step is done by a button, or by you in a terminal: Marina sees it either way. All of them use the image that comes with Marina, so nothing is downloaded.</source>
        <translation>每一步都可以点按钮完成，也可以自己在终端里输入：Marina 都能看到。所有教程都使用 Marina 自带的镜像，无需下载。</translation>
    </message>
    <message>
        <source>The page is at {0}</source>
        <translation>页面地址：{0}</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>{0} of {1} walkthroughs done</source>
        <translation>已完成 {0} 个教程，共 {1} 个</translation>
    </message>
    <message>
        <source>Short walkthroughs on the real engine</source>
        <translation>在真实引擎上操作的简短教程</translation>
    </message>
</context>
<context>
    <name>LearnTexts</name>
    <message>
        <source>Run a container</source>
        <translation>运行容器</translation>
    </message>
    <message>
        <source>Start a web server from an image, see its page, stop it and remove it.</source>
        <translation>用镜像启动一个网页服务器，查看它的页面，再停止并删除它。</translation>
    </message>
    <message>
        <source>Find out why a container ended</source>
        <translation>找出容器退出的原因</translation>
    </message>
    <message>
        <source>One fails at its start: its state and its log say why.</source>
        <translation>一个容器启动即失败：它的状态和日志会说明原因。</translation>
    </message>
    <message>
        <source>Change a file in a container</source>
        <translation>修改容器中的文件</translation>
    </message>
    <message>
        <source>What is changed lives as long as the container: the image stays as it is.</source>
        <translation>改动只存在于这个容器中：镜像保持不变。</translation>
    </message>
    <message>
        <source>Build an image of your own</source>
        <translation>构建自己的镜像</translation>
    </message>
    <message>
        <source>A Dockerfile puts a page of yours on top of another image.</source>
        <translation>用 Dockerfile 把自己的页面放到另一个镜像之上。</translation>
    </message>
    <message>
        <source>Keep data in a volume</source>
        <translation>用卷保存数据</translation>
    </message>
    <message>
        <source>Containers come and go. What lies in a volume is there for the next one.</source>
        <translation>容器来来去去，卷里的数据会留给下一个容器。</translation>
    </message>
    <message>
        <source>Several containers with Compose</source>
        <translation>用 Compose 运行多个容器</translation>
    </message>
    <message>
        <source>One file describes a web server and its visitor, one command starts both.</source>
        <translation>一个文件描述网页服务器和访问者，一条命令启动两者。</translation>
    </message>
    <message>
        <source>Start a web server</source>
        <translation>启动网页服务器</translation>
    </message>
    <message>
        <source>A container is made from an image and runs on its own (-d). Its port 80 is put on a port of this computer (-p).</source>
        <translation>从镜像创建容器，并在后台运行（-d）。它的 80 端口发布到本机的一个端口（-p）。</translation>
    </message>
    <message>
        <source>Run it</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Look at its page</source>
        <translation>查看它的页面</translation>
    </message>
    <message>
        <source>The page comes out of the container. Each visit is a line of its log.</source>
        <translation>页面来自容器。每次访问都会在日志中留下一行。</translation>
    </message>
    <message>
        <source>Open the page</source>
        <translation>打开页面</translation>
    </message>
    <message>
        <source>Stop it</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Its processes end; its files stay, and it could be started again.</source>
        <translation>进程结束，文件保留，之后还可以再次启动。</translation>
    </message>
    <message>
        <source>Remove it</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>Now its files are gone, too. The image stays: the next start takes no download.</source>
        <translation>现在文件也没有了。镜像仍在：下次启动无需下载。</translation>
    </message>
    <message>
        <source>Run something that fails</source>
        <translation>运行一个会失败的容器</translation>
    </message>
    <message>
        <source>This container does not find its configuration and ends with code 3.</source>
        <translation>这个容器找不到配置，以退出码 3 结束。</translation>
    </message>
    <message>
        <source>See its state</source>
        <translation>查看状态</translation>
    </message>
    <message>
        <source>A container that has ended is still listed, with its exit code in brackets.</source>
        <translation>已结束的容器仍在列表中，括号里是退出码。</translation>
    </message>
    <message>
        <source>Show it</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Read its log</source>
        <translation>阅读日志</translation>
    </message>
    <message>
        <source>What its processes wrote is kept until the container is removed.</source>
        <translation>进程输出的内容会保留到容器被删除为止。</translation>
    </message>
    <message>
        <source>Show the log</source>
        <translation>显示日志</translation>
    </message>
    <message>
        <source>Do it right</source>
        <translation>改正</translation>
    </message>
    <message>
        <source>With an environment variable (-e) it has what it looked for.</source>
        <translation>用环境变量（-e）给它所需的配置。</translation>
    </message>
    <message>
        <source>Run it again</source>
        <translation>再次运行</translation>
    </message>
    <message>
        <source>Clean up</source>
        <translation>清理</translation>
    </message>
    <message>
        <source>-f stops a container that runs before it is removed.</source>
        <translation>-f 会先停止正在运行的容器，再删除它。</translation>
    </message>
    <message>
        <source>As in the first walkthrough.</source>
        <translation>与第一个教程相同。</translation>
    </message>
    <message>
        <source>Change its page</source>
        <translation>修改页面</translation>
    </message>
    <message>
        <source>A command is run inside the container and writes the file anew.</source>
        <translation>在容器内运行一条命令，重写这个文件。</translation>
    </message>
    <message>
        <source>Change the page</source>
        <translation>修改页面</translation>
    </message>
    <message>
        <source>Look at the page</source>
        <translation>查看页面</translation>
    </message>
    <message>
        <source>It says hello from you.</source>
        <translation>它显示来自您的问候。</translation>
    </message>
    <message>
        <source>See what was changed</source>
        <translation>查看改动</translation>
    </message>
    <message>
        <source>A container knows what differs from its image: C is changed, A added, D deleted.</source>
        <translation>容器知道自己与镜像的差异：C 为修改，A 为新增，D 为删除。</translation>
    </message>
    <message>
        <source>Show changes</source>
        <translation>显示改动</translation>
    </message>
    <message>
        <source>Make a new one</source>
        <translation>创建新容器</translation>
    </message>
    <message>
        <source>A new container of the same image knows nothing of the change.</source>
        <translation>同一镜像的新容器里没有这个改动。</translation>
    </message>
    <message>
        <source>Run a new one</source>
        <translation>运行新容器</translation>
    </message>
    <message>
        <source>To keep a change, build an image or use a volume: the next walkthroughs do.</source>
        <translation>要保留改动，请构建镜像或使用卷：后面的教程会介绍。</translation>
    </message>
    <message>
        <source>Write a Dockerfile</source>
        <translation>编写 Dockerfile</translation>
    </message>
    <message>
        <source>Two files in a folder: the page, and how the image is made of it.</source>
        <translation>一个文件夹里的两个文件：页面，以及如何由它制作镜像。</translation>
    </message>
    <message>
        <source>Write the files</source>
        <translation>写入文件</translation>
    </message>
    <message>
        <source>Build the image</source>
        <translation>构建镜像</translation>
    </message>
    <message>
        <source>Each line of the Dockerfile is a step, and a layer of the image.</source>
        <translation>Dockerfile 的每一行是一个步骤，也是镜像的一层。</translation>
    </message>
    <message>
        <source>Build it</source>
        <translation>构建</translation>
    </message>
    <message>
        <source>A container of your own image.</source>
        <translation>用您自己的镜像运行容器。</translation>
    </message>
    <message>
        <source>It is yours, in every container of this image.</source>
        <translation>这是您的页面，此镜像的每个容器里都有。</translation>
    </message>
    <message>
        <source>First the container, then the image that it was made from.</source>
        <translation>先删除容器，再删除它所用的镜像。</translation>
    </message>
    <message>
        <source>Remove both</source>
        <translation>全部删除</translation>
    </message>
    <message>
        <source>Create a volume</source>
        <translation>创建卷</translation>
    </message>
    <message>
        <source>A volume is a folder that the engine keeps apart from all containers.</source>
        <translation>卷是引擎在所有容器之外保存的文件夹。</translation>
    </message>
    <message>
        <source>Create it</source>
        <translation>创建</translation>
    </message>
    <message>
        <source>Write into it</source>
        <translation>写入数据</translation>
    </message>
    <message>
        <source>The volume lies at /data in this container (-v), which writes a note and ends.</source>
        <translation>卷挂载在此容器的 /data（-v），容器写下一条笔记后结束。</translation>
    </message>
    <message>
        <source>Write a note</source>
        <translation>写一条笔记</translation>
    </message>
    <message>
        <source>Read it in another container</source>
        <translation>在另一个容器中读取</translation>
    </message>
    <message>
        <source>The first container is removed. The second one finds the note.</source>
        <translation>第一个容器被删除，第二个容器找到了笔记。</translation>
    </message>
    <message>
        <source>Read the note</source>
        <translation>读取笔记</translation>
    </message>
    <message>
        <source>Removing a volume removes its data: the engine refuses while a container uses it.</source>
        <translation>删除卷会删除其中的数据：有容器使用时引擎会拒绝。</translation>
    </message>
    <message>
        <source>Write a compose file</source>
        <translation>编写 Compose 文件</translation>
    </message>
    <message>
        <source>Two services of one image: a web server, and a visitor that calls it by name.</source>
        <translation>同一镜像的两个服务：网页服务器，和按名称访问它的访问者。</translation>
    </message>
    <message>
        <source>Write the file</source>
        <translation>写入文件</translation>
    </message>
    <message>
        <source>Start both</source>
        <translation>启动两者</translation>
    </message>
    <message>
        <source>Compose makes a network and both containers in it.</source>
        <translation>Compose 创建一个网络和其中的两个容器。</translation>
    </message>
    <message>
        <source>Start them</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>The web server&apos;s port is on this computer, as the file says.</source>
        <translation>网页服务器的端口按文件所写发布在本机。</translation>
    </message>
    <message>
        <source>Read both logs</source>
        <translation>阅读两者的日志</translation>
    </message>
    <message>
        <source>The visitor tells that it found the page at http://web/.</source>
        <translation>访问者报告它在 http://web/ 找到了页面。</translation>
    </message>
    <message>
        <source>Show logs</source>
        <translation>显示日志</translation>
    </message>
    <message>
        <source>Containers and network go; the file stays.</source>
        <translation>容器和网络被删除，文件保留。</translation>
    </message>
    <message>
        <source>Remove all</source>
        <translation>全部删除</translation>
    </message>
</context>
<context>
    <name>LearnViewModel</name>
    <message>
        <source>A step of a walkthrough</source>
        <translation>教程中的一步</translation>
    </message>
    <message>
        <source>A step of a walkthrough is done</source>
        <translation>教程中的一步已完成</translation>
    </message>
    <message>
        <source>A step of a walkthrough failed</source>
        <translation>教程中的一步失败</translation>
    </message>
</context>
<context>
    <name>LessonDetailView</name>
    <message>
        <source>Back to all walkthroughs (Esc)</source>
        <translation>返回全部教程（Esc）</translation>
    </message>
    <message>
        <source>Start over</source>
        <translation>重新开始</translation>
    </message>
    <message>
        <source>Removes what this walkthrough made</source>
        <translation>删除此教程创建的内容</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>正在处理</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>All walkthroughs</source>
        <translation>全部教程</translation>
    </message>
    <message>
        <source>Done. Nothing of it is left on the engine but the image.</source>
        <translation>完成。除镜像外，引擎上没有留下任何内容。</translation>
    </message>
</context>
<context>
    <name>LimitsFields</name>
    <message>
        <source>Restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>Never starts again by itself</source>
        <translation>不会自动重新启动</translation>
    </message>
    <message>
        <source>Starts again when it fails</source>
        <translation>失败时重新启动</translation>
    </message>
    <message>
        <source>Starts again unless stopped</source>
        <translation>除非被停止，否则重新启动</translation>
    </message>
    <message>
        <source>Always starts again</source>
        <translation>总是重新启动</translation>
    </message>
    <message>
        <source>Memory limit</source>
        <translation>内存上限</translation>
    </message>
    <message>
        <source>Processor limit</source>
        <translation>处理器上限</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Processors</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>no limit</source>
        <translation>无上限</translation>
    </message>
</context>
<context>
    <name>LineChart</name>
    <message numerus="yes">
        <source>%n minute(s) ago</source>
        <translation>
            <numerusform>%n 分钟前</numerusform>
        </translation>
    </message>
    <message>
        <source>now</source>
        <translation>现在</translation>
    </message>
</context>
<context>
    <name>LinkPointer</name>
    <message>
        <source>A click opens {0}</source>
        <translation>点击打开 {0}</translation>
    </message>
</context>
<context>
    <name>ListPage</name>
    <message>
        <source>Clear filter</source>
        <translation>清除筛选</translation>
    </message>
    <message>
        <source>Nothing matches the filter.</source>
        <translation>没有符合筛选条件的内容。</translation>
    </message>
    <message>
        <source>Open the console log</source>
        <translation>打开控制台日志</translation>
    </message>
    <message>
        <source>The connection to the engine is lost; Marina is connecting again.</source>
        <translation>与引擎的连接已断开，Marina 正在重新连接。</translation>
    </message>
    <message>
        <source>Retry now</source>
        <translation>立即重试</translation>
    </message>
    <message>
        <source>Wake the engine</source>
        <translation>唤醒引擎</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>启动引擎</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>The engine is not running: this list is from before. ({0})</source>
        <translation>引擎未运行：此列表是之前的内容。（{0}）</translation>
    </message>
    <message>
        <source>Asking {0}…</source>
        <translation>正在询问 {0}…</translation>
    </message>
    <message>
        <source>The engine is not running</source>
        <translation>引擎未运行</translation>
    </message>
    <message>
        <source>Waits for the engine</source>
        <translation>等待引擎</translation>
    </message>
    <message>
        <source>None yet</source>
        <translation>暂无</translation>
    </message>
    <message>
        <source>Loading…</source>
        <translation>正在加载…</translation>
    </message>
    <message>
        <source>Could not be read</source>
        <translation>无法读取</translation>
    </message>
    <message>
        <source>Waiting for the engine</source>
        <translation>正在等待引擎</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Dismiss the failure</source>
        <translation>关闭此错误</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
</context>
<context>
    <name>LogMenu</name>
    <message>
        <source>Open {0}</source>
        <translation>打开 {0}</translation>
    </message>
    <message>
        <source>Copy the address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Copy the selection</source>
        <translation>复制所选内容</translation>
    </message>
    <message>
        <source>Copy all</source>
        <translation>全部复制</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>全选</translation>
    </message>
</context>
<context>
    <name>LogSaving</name>
    <message>
        <source>Saving the log {0}</source>
        <translation>正在保存日志 {0}</translation>
    </message>
    <message>
        <source>The log was saved: {0}</source>
        <translation>日志已保存：{0}</translation>
    </message>
    <message>
        <source>The log was not saved: {0}</source>
        <translation>日志未能保存：{0}</translation>
    </message>
    <message>
        <source>{0} of {1} lines</source>
        <translation>{0} / {1} 行</translation>
    </message>
</context>
<context>
    <name>LogSearchBar</name>
    <message>
        <source>Search in the log</source>
        <translation>在日志中搜索</translation>
    </message>
    <message>
        <source>↓ shows the last searches and the saved ones</source>
        <translation>按 ↓ 显示最近的搜索和已保存的搜索</translation>
    </message>
    <message>
        <source>Search for a regular expression</source>
        <translation>用正则表达式搜索</translation>
    </message>
    <message>
        <source>Last and saved searches (↓)</source>
        <translation>最近的搜索和已保存的搜索（↓）</translation>
    </message>
    <message>
        <source>Save this search…</source>
        <translation>保存此搜索…</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Forget the last searches</source>
        <translation>清除最近的搜索</translation>
    </message>
    <message>
        <source>not an expression</source>
        <translation>不是有效的表达式</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
    <message>
        <source>nothing found</source>
        <translation>未找到</translation>
    </message>
    <message>
        <source>the expression takes too long</source>
        <translation>表达式耗时太长</translation>
    </message>
    <message numerus="yes">
        <source>%n line(s) take too long</source>
        <translation>
            <numerusform>有 %n 行耗时太长</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LogSearchDialog</name>
    <message>
        <source>Save this search</source>
        <translation>保存此搜索</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Rename {0}</source>
        <translation>重命名 {0}</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Text: {0}</source>
        <translation>文本：{0}</translation>
    </message>
    <message>
        <source>Regular expression: {0}</source>
        <translation>正则表达式：{0}</translation>
    </message>
    <message>
        <source>In the standard output.</source>
        <translation>仅在标准输出中。</translation>
    </message>
    <message>
        <source>In the standard error.</source>
        <translation>仅在标准错误中。</translation>
    </message>
    <message>
        <source>In the logs of {0}.</source>
        <translation>在以下容器的日志中：{0}。</translation>
    </message>
    <message>
        <source>This name is taken.</source>
        <translation>此名称已被使用。</translation>
    </message>
    <message numerus="yes">
        <source>%n search(es) are saved: remove one first.</source>
        <translation>
            <numerusform>已保存 %n 个搜索：请先移除一个。</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LoginCard</name>
    <message>
        <source>Start the engine when I log in to this computer</source>
        <translation>登录此计算机时启动引擎</translation>
    </message>
    <message>
        <source>Open the window when I log in to this computer</source>
        <translation>登录此计算机时打开窗口</translation>
    </message>
    <message>
        <source>Command for a terminal</source>
        <translation>要在终端中运行的命令</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation>登录时启动</translation>
    </message>
    <message>
        <source>Start before login</source>
        <translation>登录前启动</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>The engine starts with the computer, before anybody logs in, with the containers whose restart policy says so. This command in a terminal takes that back:</source>
        <translation>引擎随计算机一起启动，无需任何人登录；重启策略有此要求的容器也会一起启动。在终端中运行此命令即可撤销：</translation>
    </message>
    <message>
        <source>The start at login is off, so the engine waits until it is asked for. Other programs that you start at login start with the computer; this command takes that back:</source>
        <translation>登录时启动已关闭，因此引擎会等到有人使用时才启动。您设为登录时启动的其他程序会随计算机一起启动；此命令可撤销这一点：</translation>
    </message>
    <message>
        <source>This system starts nothing of a user&apos;s before the login.</source>
        <translation>此系统不会在登录前启动用户的任何程序。</translation>
    </message>
    <message>
        <source>Needs the start at login.</source>
        <translation>需要先开启登录时启动。</translation>
    </message>
    <message>
        <source>The engine can start with the computer, before anybody logs in, with the containers whose restart policy says so. This command in a terminal has the system start all that you start at login that early. Most systems ask for no administrator:</source>
        <translation>引擎可以随计算机一起启动，无需任何人登录；重启策略有此要求的容器也会一起启动。在终端中运行此命令后，系统会把您设为登录时启动的所有程序都提前到这时启动。大多数系统不需要管理员：</translation>
    </message>
</context>
<context>
    <name>MachineDataViewModel</name>
    <message>
        <source>This name is taken.</source>
        <translation>此名称已被使用。</translation>
    </message>
    <message>
        <source>The snapshot {0} was made.</source>
        <translation>已创建快照 {0}。</translation>
    </message>
    <message>
        <source>Making a snapshot…</source>
        <translation>正在创建快照…</translation>
    </message>
    <message>
        <source>All data is as in {0}.</source>
        <translation>所有数据已恢复为 {0} 的状态。</translation>
    </message>
    <message>
        <source>Going back to {0}…</source>
        <translation>正在恢复到 {0}…</translation>
    </message>
    <message>
        <source>The snapshot {0} was deleted.</source>
        <translation>已删除快照 {0}。</translation>
    </message>
    <message>
        <source>Deleting a snapshot…</source>
        <translation>正在删除快照…</translation>
    </message>
    <message>
        <source>The engine is as on its first day; settings and snapshots are kept.</source>
        <translation>引擎已恢复初始状态；设置和快照保留。</translation>
    </message>
    <message>
        <source>Removing all data…</source>
        <translation>正在移除所有数据…</translation>
    </message>
    <message>
        <source>All data was written to {0}.</source>
        <translation>所有数据已写入 {0}。</translation>
    </message>
    <message>
        <source>Writing all data to a file…</source>
        <translation>正在将所有数据写入文件…</translation>
    </message>
    <message>
        <source>Taking all data from a file…</source>
        <translation>正在从文件读取所有数据…</translation>
    </message>
    <message>
        <source>All data is in {0} now.</source>
        <translation>所有数据现在位于 {0}。</translation>
    </message>
    <message>
        <source>Moving all data…</source>
        <translation>正在移动所有数据…</translation>
    </message>
    <message>
        <source>Marina is as on its first day.</source>
        <translation>Marina 已恢复到最初的状态。</translation>
    </message>
    <message>
        <source>Removing data and settings…</source>
        <translation>正在删除数据和设置…</translation>
    </message>
    <message>
        <source>Giving back unused room…</source>
        <translation>正在归还未用空间…</translation>
    </message>
    <message>
        <source>{0}: failed</source>
        <translation>{0}：失败</translation>
    </message>
    <message>
        <source>{0} were given back.</source>
        <translation>已归还 {0}。</translation>
    </message>
    <message>
        <source>Cancelled: all data is as before.</source>
        <translation>已取消：所有数据保持原样。</translation>
    </message>
</context>
<context>
    <name>MachineFields</name>
    <message>
        <source>Processors</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Sleep when unused</source>
        <translation>闲置时休眠</translation>
    </message>
    <message>
        <source> min</source>
        <translation> 分钟</translation>
    </message>
    <message>
        <source>never</source>
        <translation>从不</translation>
    </message>
    <message>
        <source>Open the ports of containers on the host&apos;s network</source>
        <translation>打开使用主机网络的容器的端口</translation>
    </message>
    <message>
        <source>Shared folders</source>
        <translation>共享文件夹</translation>
    </message>
    <message>
        <source>Mirrors of Docker Hub</source>
        <translation>Docker Hub 镜像站</translation>
    </message>
    <message>
        <source>Registries without TLS</source>
        <translation>不使用 TLS 的仓库</translation>
    </message>
    <message>
        <source>Engine options</source>
        <translation>引擎选项</translation>
    </message>
    <message>
        <source>It can grow, never shrink: no data is lost.</source>
        <translation>只能增大，不能缩小，数据不会丢失。</translation>
    </message>
    <message>
        <source>Without running containers, the machine goes to disk after this time and wakes with the next call.</source>
        <translation>没有容器运行时，虚拟机在此时间后存入磁盘，下次调用时唤醒。</translation>
    </message>
    <message>
        <source>Resources</source>
        <translation>资源</translation>
    </message>
    <message>
        <source>What the engine&apos;s machine may use at most. It takes no more than it needs.</source>
        <translation>引擎的虚拟机最多可以使用的资源，实际只占用所需部分。</translation>
    </message>
    <message>
        <source>Folders of this computer that containers may use. One a line.</source>
        <translation>容器可以使用的本机文件夹。每行一个。</translation>
    </message>
    <message>
        <source>What a container with --network host listens on is reached on localhost of this computer.</source>
        <translation>使用 --network host 的容器所监听的端口，可以通过本机的 localhost 访问。</translation>
    </message>
    <message>
        <source>Ports on localhost</source>
        <translation>localhost 上的端口</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Of your company or your own registry: the engine trusts them beside the usual ones and those of this computer. Files in PEM or DER form.</source>
        <translation>来自贵公司或您自己的仓库：除常用证书和本机的证书外，引擎也会信任它们。需要 PEM 或 DER 格式的文件。</translation>
    </message>
    <message>
        <source>Trusted certificates</source>
        <translation>受信任的证书</translation>
    </message>
    <message>
        <source>Certificates</source>
        <translation>证书</translation>
    </message>
    <message>
        <source>What new containers and networks get that ask for nothing else, in the form of Docker&apos;s daemon.json: log-driver, log-opts, default-address-pools, dns, dns-search, dns-opts, default-shm-size, default-ulimits, init, labels. The default network moves into the address pools when the engine is restarted.</source>
        <translation>新容器和新网络未另行指定时的默认值，格式同 Docker 的 daemon.json：log-driver、log-opts、default-address-pools、dns、dns-search、dns-opts、default-shm-size、default-ulimits、init、labels。重启引擎后，默认网络会移入所设的地址池。</translation>
    </message>
    <message>
        <source>One a line.</source>
        <translation>每行一个。</translation>
    </message>
    <message>
        <source>Asked without a certificate: only for networks that you trust. One a line.</source>
        <translation>访问时不验证证书，仅用于可信网络。每行一个。</translation>
    </message>
    <message>
        <source>Registries</source>
        <translation>镜像仓库</translation>
    </message>
    <message>
        <source>This computer has {0} processors and {1} MiB; Marina would take {2} and {3} MiB.</source>
        <translation>本机有 {0} 个处理器和 {1} MiB 内存；Marina 默认使用 {2} 个和 {3} MiB。</translation>
    </message>
</context>
<context>
    <name>MachineSettingsViewModel</name>
    <message>
        <source>{0} is no address: a mirror begins with https:// or http://</source>
        <translation>{0} 不是地址：镜像加速地址以 https:// 或 http:// 开头</translation>
    </message>
    <message>
        <source>{0} is no registry: write a name or address, with a port if it has one</source>
        <translation>{0} 不是镜像仓库：请填写名称或地址，如有端口请一并填写</translation>
    </message>
    <message>
        <source>{0} is no whole path</source>
        <translation>{0} 不是完整路径</translation>
    </message>
    <message>
        <source>{0} is no proxy: write http://host:port, or leave it empty</source>
        <translation>{0} 不是代理：请写成 http://主机:端口，或留空</translation>
    </message>
    <message>
        <source>{0} is no name server: write an address such as 192.0.2.1 or 192.0.2.1:5353</source>
        <translation>{0} 不是 DNS 服务器：请填写地址，例如 192.0.2.1 或 192.0.2.1:5353</translation>
    </message>
    <message>
        <source>There can be {0} at most</source>
        <translation>最多 {0} 个</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Run a container</source>
        <translation>运行容器</translation>
    </message>
    <message>
        <source>Pull an image</source>
        <translation>拉取镜像</translation>
    </message>
    <message>
        <source>Search registries for images</source>
        <translation>在镜像仓库中搜索镜像</translation>
    </message>
    <message>
        <source>Import from another engine</source>
        <translation>从其他引擎导入</translation>
    </message>
    <message>
        <source>{0} has ended, and is removed as asked for.</source>
        <translation>{0} 已结束，并已按要求删除。</translation>
    </message>
    <message>
        <source>{0} is running.</source>
        <translation>{0} 正在运行。</translation>
    </message>
    <message>
        <source>{0} is running at {1}</source>
        <translation>{0} 正在 {1} 上运行</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>{0} ended at once, with exit code {1}.</source>
        <translation>{0} 立即结束了，退出码为 {1}。</translation>
    </message>
    <message>
        <source>{0} has ended with exit code {1}, and is removed as asked for.</source>
        <translation>{0} 已结束，退出代码 {1}，并已按要求删除。</translation>
    </message>
    <message>
        <source>The console log is the file {0}</source>
        <translation>控制台日志文件是 {0}</translation>
    </message>
    <message>
        <source>Size {0} %.</source>
        <translation>大小 {0} %。</translation>
    </message>
</context>
<context>
    <name>MergedLogsView</name>
    <message>
        <source>Back to the containers (Esc)</source>
        <translation>返回容器 (Esc)</translation>
    </message>
</context>
<context>
    <name>MigrationViewModel</name>
    <message numerus="yes">
        <source>%n image(s)</source>
        <translation>
            <numerusform>%n 个镜像</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n container(s)</source>
        <translation>
            <numerusform>%n 个容器</numerusform>
        </translation>
    </message>
    <message>
        <source>{0} runs on this computer, with {1} and {2}.</source>
        <translation>{0} 正在这台计算机上运行，其中有 {1}和 {2}。</translation>
    </message>
    <message>
        <source>Already here</source>
        <translation>已存在</translation>
    </message>
    <message>
        <source>Nothing is chosen.</source>
        <translation>没有选择任何内容。</translation>
    </message>
    <message numerus="yes">
        <source>%n thing(s) to copy, about {0}</source>
        <translation>
            <numerusform>要复制 %n 项，约 {0}</numerusform>
        </translation>
    </message>
    <message>
        <source>{0} are free</source>
        <translation>可用空间为 {0}</translation>
    </message>
    <message>
        <source>The copy needs {0}</source>
        <translation>复制需要 {0}</translation>
    </message>
    <message>
        <source>Importing from {0}</source>
        <translation>正在从 {0} 导入</translation>
    </message>
    <message>
        <source>The import from {0} is done</source>
        <translation>从 {0} 导入完成</translation>
    </message>
    <message>
        <source>The import from {0} failed</source>
        <translation>从 {0} 导入失败</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>失败</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>已复制</translation>
    </message>
    <message>
        <source>Unpacking</source>
        <translation>正在解包</translation>
    </message>
    <message>
        <source>Copying</source>
        <translation>正在复制</translation>
    </message>
    <message numerus="yes">
        <source>{0}, together with %n other(s)</source>
        <translation>
            <numerusform>{0}，与另外 %n 项一起</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n thing(s) copied.</source>
        <translation>
            <numerusform>已复制 %n 项。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed: look again to try these once more.</source>
        <translation>
            <numerusform>%n 项失败：重新查看即可再次尝试。</numerusform>
        </translation>
    </message>
    <message>
        <source>Cancelled. What was copied before stays.</source>
        <translation>已取消。之前复制的内容会保留。</translation>
    </message>
</context>
<context>
    <name>MoreFields</name>
    <message>
        <source>Show more</source>
        <translation>显示更多选项</translation>
    </message>
    <message>
        <source>Entrypoint</source>
        <translation>入口点</translation>
    </message>
    <message>
        <source>the image&apos;s own</source>
        <translation>镜像自带</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Host name</source>
        <translation>主机名</translation>
    </message>
    <message>
        <source>chosen by the engine</source>
        <translation>由引擎选择</translation>
    </message>
    <message>
        <source>Has a terminal (TTY)</source>
        <translation>分配终端（TTY）</translation>
    </message>
    <message>
        <source>Is removed when it ends</source>
        <translation>结束后自动删除</translation>
    </message>
    <message>
        <source>May write to its volumes only (read-only)</source>
        <translation>只能写入自己的卷（只读）</translation>
    </message>
    <message>
        <source>Has all powers over the machine (privileged)</source>
        <translation>拥有对虚拟机的全部权限（特权模式）</translation>
    </message>
    <message>
        <source>It can read and change all containers, their data and the shared folders. Do this only with an image you trust.</source>
        <translation>它可以读取和更改所有容器、容器的数据以及共享文件夹。请仅对您信任的镜像这样做。</translation>
    </message>
    <message>
        <source>Show less</source>
        <translation>收起更多选项</translation>
    </message>
</context>
<context>
    <name>MountsView</name>
    <message>
        <source>Ports</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>No port is open.</source>
        <translation>没有开放的端口。</translation>
    </message>
    <message>
        <source>Folders and volumes</source>
        <translation>文件夹与卷</translation>
    </message>
    <message>
        <source>Nothing is mounted: what it writes goes with the container.</source>
        <translation>没有挂载：写入的内容会随容器一起删除。</translation>
    </message>
    <message>
        <source>Networks</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>It is on no network.</source>
        <translation>未连接任何网络。</translation>
    </message>
</context>
<context>
    <name>NameServerFields</name>
    <message>
        <source>Name servers</source>
        <translation>DNS 服务器</translation>
    </message>
    <message>
        <source>Like this computer</source>
        <translation>与本机相同</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>手动</translation>
    </message>
    <message>
        <source>Like this computer, its VPN and its hosts file count. By hand, only the servers named here are asked.</source>
        <translation>与本机相同时，本机的 VPN 和 hosts 文件均有效。手动设置时，只询问此处填写的服务器。</translation>
    </message>
</context>
<context>
    <name>NetworkDetailView</name>
    <message>
        <source>Back to the networks (Esc)</source>
        <translation>返回网络列表（Esc）</translation>
    </message>
    <message>
        <source>no way out</source>
        <translation>不通外网</translation>
    </message>
    <message>
        <source>Connect a container</source>
        <translation>连接容器</translation>
    </message>
    <message>
        <source>Disconnect</source>
        <translation>断开</translation>
    </message>
    <message>
        <source>Check reach</source>
        <translation>检查连通</translation>
    </message>
    <message>
        <source>Choose two members: each tries to reach the other by name and address</source>
        <translation>选择两个成员：各自尝试通过名称和地址访问对方</translation>
    </message>
    <message>
        <source>Container</source>
        <translation>容器</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Hardware address</source>
        <translation>硬件地址</translation>
    </message>
    <message>
        <source>Members</source>
        <translation>成员</translation>
    </message>
    <message>
        <source>No running container is on this network. Addresses are given when a container starts.</source>
        <translation>此网络上没有运行中的容器。容器启动时才会分配地址。</translation>
    </message>
    <message>
        <source>Every container is on it.</source>
        <translation>所有容器都已在其中。</translation>
    </message>
    <message>
        <source>{0} and {1} try to reach each other…</source>
        <translation>{0} 与 {1} 正在尝试互相访问…</translation>
    </message>
</context>
<context>
    <name>NetworkTable</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用情况</translation>
    </message>
    <message>
        <source>Addresses</source>
        <translation>地址</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>创建时间</translation>
    </message>
    <message>
        <source>{0}, no way out</source>
        <translation>{0}，不通外网</translation>
    </message>
    <message>
        <source>always there</source>
        <translation>始终存在</translation>
    </message>
    <message>
        <source>Deleting…</source>
        <translation>正在删除…</translation>
    </message>
    <message>
        <source>Unused</source>
        <translation>未使用</translation>
    </message>
</context>
<context>
    <name>NetworksPage</name>
    <message>
        <source>Networks</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Filter by name or container</source>
        <translation>按名称或容器筛选</translation>
    </message>
    <message>
        <source>Clean up</source>
        <translation>清理</translation>
    </message>
    <message>
        <source>Delete the networks that no container uses</source>
        <translation>删除没有容器使用的网络</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>创建</translation>
    </message>
    <message>
        <source>Create a network</source>
        <translation>创建网络</translation>
    </message>
    <message>
        <source>No networks</source>
        <translation>没有网络</translation>
    </message>
    <message>
        <source>Containers on one network reach each other by their names.</source>
        <translation>同一网络中的容器可以通过名称互相访问。</translation>
    </message>
    <message numerus="yes">
        <source>%n network(s)</source>
        <translation>
            <numerusform>%n 个网络</numerusform>
        </translation>
    </message>
    <message>
        <source>Members and addresses</source>
        <translation>成员与地址</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>In use by {0}.</source>
        <translation>正被 {0} 使用。</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n network(s)?</source>
        <translation>
            <numerusform>删除 %n 个网络？</numerusform>
        </translation>
    </message>
    <message>
        <source>Every network is in use: there is nothing to clean up.</source>
        <translation>所有网络都在使用中，没有可清理的内容。</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n unused network(s)?</source>
        <translation>
            <numerusform>删除 %n 个未使用的网络？</numerusform>
        </translation>
    </message>
    <message>
        <source>No container uses them.</source>
        <translation>没有容器使用它们。</translation>
    </message>
    <message numerus="yes">
        <source>%n network(s) deleted.</source>
        <translation>
            <numerusform>已删除 %n 个网络。</numerusform>
        </translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>NetworksViewModel</name>
    <message>
        <source>A range of addresses is written like 172.30.0.0/16.</source>
        <translation>地址范围的写法类似 172.30.0.0/16。</translation>
    </message>
    <message>
        <source>There is no room for containers in so small a range.</source>
        <translation>范围太小，容不下容器。</translation>
    </message>
    <message>
        <source>Containers cannot have addresses of this range.</source>
        <translation>容器不能使用此范围的地址。</translation>
    </message>
    <message>
        <source>The network {0} has addresses of this range: {1}.</source>
        <translation>网络 {0} 已使用此范围的地址：{1}。</translation>
    </message>
    <message>
        <source>An address is written like 172.30.0.5.</source>
        <translation>地址的写法如 172.30.0.5。</translation>
    </message>
    <message>
        <source>The network has addresses of {0} only.</source>
        <translation>该网络只有 {0} 范围内的地址。</translation>
    </message>
    <message>
        <source>{0} does not reach {1} at {2}.</source>
        <translation>{0} 无法连通 {1}（{2}）。</translation>
    </message>
    <message>
        <source>{0} reaches {1} at {2}, but does not find it by its name.</source>
        <translation>{0} 可以连通 {1}（{2}），但无法按名称找到它。</translation>
    </message>
    <message>
        <source>{0} reaches {1} at {2}, by its name too.</source>
        <translation>{0} 可以连通 {1}（{2}），按名称也可以。</translation>
    </message>
    <message>
        <source>{0} reaches {1} at {2}.</source>
        <translation>{0} 可以连通 {1}（{2}）。</translation>
    </message>
    <message>
        <source>{0} finds {1} by its name ({2}); it has no ping to try more.</source>
        <translation>{0} 能按名称找到 {1}（{2}）；它没有 ping，无法进一步检查。</translation>
    </message>
    <message>
        <source>{0} has no tools to try it with. {1} is on the same network, at {2}.</source>
        <translation>{0} 没有可用于检查的工具。{1} 在同一网络上，地址为 {2}。</translation>
    </message>
</context>
<context>
    <name>NewerImagesButton</name>
    <message>
        <source>Look in the registries for newer images</source>
        <translation>在镜像仓库中查找更新的镜像</translation>
    </message>
    <message>
        <source>Asking the registries…</source>
        <translation>正在询问镜像仓库…</translation>
    </message>
    <message numerus="yes">
        <source>%n container(s) have a newer image: {0}</source>
        <translation>
            <numerusform>%n 个容器有更新的镜像：{0}</numerusform>
        </translation>
    </message>
    <message>
        <source>No container has a newer image.</source>
        <translation>没有容器有更新的镜像。</translation>
    </message>
    <message>
        <source>No container has an image that a registry has told of.</source>
        <translation>没有容器的镜像来自镜像仓库。</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>NewestImagesCard</name>
    <message>
        <source>Run an image</source>
        <translation>运行镜像</translation>
    </message>
    <message>
        <source>These are the newest ones that you have.</source>
        <translation>这是您最新的几个镜像。</translation>
    </message>
    <message>
        <source>Run a container from {0}</source>
        <translation>从 {0} 运行容器</translation>
    </message>
</context>
<context>
    <name>NoticePanel</name>
    <message>
        <source>Notifications</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>Nothing has happened. Good.</source>
        <translation>没有新消息，一切正常。</translation>
    </message>
    <message>
        <source>Clear all</source>
        <translation>全部清除</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>NoticeSources</name>
    <message>
        <source>The window&apos;s settings could not be read</source>
        <translation>无法读取窗口的设置</translation>
    </message>
    <message>
        <source>The defaults hold. What was there is kept in {0}.</source>
        <translation>现使用默认设置。原有内容保存在 {0}。</translation>
    </message>
    <message>
        <source>The engine could not be paused</source>
        <translation>无法暂停引擎</translation>
    </message>
    <message>
        <source>The window&apos;s settings cannot be saved</source>
        <translation>无法保存窗口的设置</translation>
    </message>
    <message>
        <source>What you change holds until Marina ends.</source>
        <translation>您所做的更改仅在 Marina 退出前有效。</translation>
    </message>
    <message>
        <source>Marina {0} is there</source>
        <translation>Marina {0} 已发布</translation>
    </message>
    <message>
        <source>Settings says what is new; it is downloaded when you say so.</source>
        <translation>“设置”中说明了新内容；经您同意后才会下载。</translation>
    </message>
    <message>
        <source>{0} ran out of memory</source>
        <translation>{0} 内存不足</translation>
    </message>
    <message>
        <source>A process in it was ended by the kernel. A higher memory limit may help.</source>
        <translation>内核结束了其中的一个进程。提高内存上限可能有帮助。</translation>
    </message>
    <message>
        <source>{0} ended unexpectedly</source>
        <translation>{0} 意外结束</translation>
    </message>
    <message>
        <source>Exit code {0}. Its log may say why.</source>
        <translation>退出码 {0}。日志里可能有原因。</translation>
    </message>
    <message>
        <source>Exit code {0}.</source>
        <translation>退出代码 {0}。</translation>
    </message>
    <message>
        <source>The engine is back</source>
        <translation>引擎已恢复</translation>
    </message>
    <message>
        <source>The engine was lost</source>
        <translation>与引擎失去联系</translation>
    </message>
    <message>
        <source>Marina is trying to reach it again.</source>
        <translation>Marina 正在尝试重新连接。</translation>
    </message>
    <message>
        <source>The engine&apos;s disk is nearly full</source>
        <translation>引擎的磁盘快满了</translation>
    </message>
    <message>
        <source>{0} of {1} are in use. Clean up images and volumes, or let it grow in Settings.</source>
        <translation>已用 {0}，共 {1}。请清理镜像和卷，或在设置中扩大磁盘。</translation>
    </message>
</context>
<context>
    <name>NoticesCard</name>
    <message>
        <source>Keep a list of what happened</source>
        <translation>保留发生过的事件列表</translation>
    </message>
    <message>
        <source>Let the system show it while the window is not in front</source>
        <translation>窗口不在前台时由系统显示</translation>
    </message>
    <message>
        <source>A container ended by itself</source>
        <translation>容器自行退出</translation>
    </message>
    <message>
        <source>A container ran out of memory</source>
        <translation>容器内存不足</translation>
    </message>
    <message>
        <source>The engine&apos;s disk is nearly full</source>
        <translation>引擎的磁盘快满了</translation>
    </message>
    <message>
        <source>The engine was lost, or is back</source>
        <translation>引擎失去连接或已恢复</translation>
    </message>
    <message>
        <source>A pull, a build or another task failed</source>
        <translation>拉取、构建或其他任务失败</translation>
    </message>
    <message>
        <source>A task that took long has ended</source>
        <translation>耗时较长的任务已结束</translation>
    </message>
    <message>
        <source>A newer Marina is there</source>
        <translation>Marina 有新版本</translation>
    </message>
    <message>
        <source>Off</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Behind the bell and as a message</source>
        <translation>显示在铃铛处并弹出消息</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>Behind the bell</source>
        <translation>铃铛列表</translation>
    </message>
    <message>
        <source>As messages</source>
        <translation>系统消息</translation>
    </message>
</context>
<context>
    <name>ObjectLinks</name>
    <message>
        <source>Show {0}</source>
        <translation>显示 {0}</translation>
    </message>
</context>
<context>
    <name>ObjectList</name>
    <message>
        <source>Cleaning up</source>
        <translation>正在清理</translation>
    </message>
    <message>
        <source>Cleaned up</source>
        <translation>已清理</translation>
    </message>
    <message>
        <source>It could not be cleaned up</source>
        <translation>无法清理</translation>
    </message>
    <message>
        <source>{0} freed</source>
        <translation>释放了 {0}</translation>
    </message>
</context>
<context>
    <name>PackageTable</name>
    <message>
        <source>Package</source>
        <translation>软件包</translation>
    </message>
    <message>
        <source>Version</source>
        <translation>版本</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>许可证</translation>
    </message>
    <message>
        <source>Found in</source>
        <translation>所在位置</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>PlatformBox</name>
    <message>
        <source>Platform</source>
        <translation>平台</translation>
    </message>
    <message>
        <source>This engine&apos;s own</source>
        <translation>此引擎自己的平台</translation>
    </message>
</context>
<context>
    <name>PortLine</name>
    <message>
        <source>Publish this port</source>
        <translation>发布此端口</translation>
    </message>
    <message>
        <source>Port of this computer</source>
        <translation>本机端口</translation>
    </message>
    <message>
        <source>any</source>
        <translation>任意</translation>
    </message>
    <message>
        <source>Port in the container</source>
        <translation>容器内端口</translation>
    </message>
    <message>
        <source>Protocol</source>
        <translation>协议</translation>
    </message>
    <message>
        <source>Port {0} is in use by {1}.</source>
        <translation>端口 {0} 正被 {1} 占用。</translation>
    </message>
    <message>
        <source>Use {0}</source>
        <translation>使用 {0}</translation>
    </message>
</context>
<context>
    <name>PrivacyCard</name>
    <message>
        <source>No account, no telemetry, no advertisement. Marina asks the network only for what you ask of it: pulls, pushes, searches, builds, and for newer versions if you have switched that on.</source>
        <translation>无需账号，没有遥测，没有广告。Marina 只为您所要求的事访问网络：拉取、推送、搜索、构建，以及在您开启后检查新版本。</translation>
    </message>
    <message>
        <source>Privacy</source>
        <translation>隐私</translation>
    </message>
</context>
<context>
    <name>ProxyFields</name>
    <message>
        <source>Proxy</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>None</source>
        <translation>无</translation>
    </message>
    <message>
        <source>By hand</source>
        <translation>手动</translation>
    </message>
    <message>
        <source>Proxy for http</source>
        <translation>http 代理</translation>
    </message>
    <message>
        <source>Proxy for https</source>
        <translation>https 代理</translation>
    </message>
    <message>
        <source>No proxy for</source>
        <translation>不使用代理</translation>
    </message>
    <message>
        <source>Hosts, domains and networks, with commas between them.</source>
        <translation>主机、域名和网段，用逗号分隔。</translation>
    </message>
    <message>
        <source>For pulls, builds and searches. Containers are given no proxy.</source>
        <translation>用于拉取、构建和搜索。不会传给容器。</translation>
    </message>
</context>
<context>
    <name>PullFailureCard</name>
    <message>
        <source>Search for it…</source>
        <translation>搜索它…</translation>
    </message>
    <message>
        <source>Sign in…</source>
        <translation>登录…</translation>
    </message>
    <message>
        <source>Proxy settings</source>
        <translation>代理设置</translation>
    </message>
    <message>
        <source>Registry settings</source>
        <translation>镜像仓库设置</translation>
    </message>
    <message>
        <source>Add a certificate…</source>
        <translation>添加证书…</translation>
    </message>
    <message>
        <source>Choose a platform</source>
        <translation>选择平台</translation>
    </message>
    <message>
        <source>Clean up…</source>
        <translation>清理…</translation>
    </message>
    <message>
        <source>Load it from a file…</source>
        <translation>从文件加载…</translation>
    </message>
</context>
<context>
    <name>PullImageDialog</name>
    <message>
        <source>Pull an image</source>
        <translation>拉取镜像</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Pull</source>
        <translation>拉取</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Cancel the pull</source>
        <translation>取消拉取</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Name of the image</source>
        <translation>镜像名称</translation>
    </message>
    <message>
        <source>Platform</source>
        <translation>平台</translation>
    </message>
    <message>
        <source>Tags…</source>
        <translation>标签…</translation>
    </message>
    <message>
        <source>Ask the registry which tags it has, and choose one</source>
        <translation>向镜像仓库查询有哪些标签，并从中选择</translation>
    </message>
    <message>
        <source>Progress of the pull</source>
        <translation>拉取进度</translation>
    </message>
    <message>
        <source>Layers</source>
        <translation>层</translation>
    </message>
    <message>
        <source>Will be pulled from: {0}</source>
        <translation>将拉取自：{0}</translation>
    </message>
    <message>
        <source>name[:tag], or registry:port/name for another registry</source>
        <translation>名称[:标签]，或用 仓库:端口/名称 指定其他镜像仓库</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0} %</translation>
    </message>
    <message>
        <source>Asking the registry…</source>
        <translation>正在询问镜像仓库…</translation>
    </message>
    <message>
        <source>{0} of {1} layers</source>
        <translation>{0} / {1} 层</translation>
    </message>
    <message>
        <source>{0} is on this machine.</source>
        <translation>{0} 已在本机上。</translation>
    </message>
    <message>
        <source>Images here with a similar name: {0}</source>
        <translation>这里有名称相似的镜像：{0}</translation>
    </message>
    <message>
        <source>Cancelled. Layers that were complete are kept.</source>
        <translation>已取消。已完成的层会保留。</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>继续</translation>
    </message>
</context>
<context>
    <name>PullImageViewModel</name>
    <message>
        <source>Pulling {0}</source>
        <translation>正在拉取 {0}</translation>
    </message>
    <message>
        <source>{0} was pulled</source>
        <translation>已拉取 {0}</translation>
    </message>
    <message>
        <source>{0} could not be pulled</source>
        <translation>无法拉取 {0}</translation>
    </message>
    <message>
        <source>Waiting</source>
        <translation>等待中</translation>
    </message>
    <message>
        <source>Downloading</source>
        <translation>正在下载</translation>
    </message>
    <message>
        <source>Unpacking</source>
        <translation>正在解包</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Already here</source>
        <translation>已存在</translation>
    </message>
    <message>
        <source>a few seconds left</source>
        <translation>还剩几秒</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>还剩 {0}</translation>
    </message>
</context>
<context>
    <name>QuickActions</name>
    <message>
        <source>Run a container</source>
        <translation>运行容器</translation>
    </message>
    <message>
        <source>Pull an image</source>
        <translation>拉取镜像</translation>
    </message>
    <message>
        <source>Build an image</source>
        <translation>构建镜像</translation>
    </message>
    <message>
        <source>Create a volume</source>
        <translation>创建卷</translation>
    </message>
    <message>
        <source>Create a network</source>
        <translation>创建网络</translation>
    </message>
    <message>
        <source>Sign in at a registry</source>
        <translation>登录镜像仓库</translation>
    </message>
    <message>
        <source>Run getting-started</source>
        <translation>运行入门教程</translation>
    </message>
    <message>
        <source>Start the engine</source>
        <translation>启动引擎</translation>
    </message>
    <message>
        <source>Stop the engine</source>
        <translation>停止引擎</translation>
    </message>
    <message>
        <source>Restart the engine</source>
        <translation>重启引擎</translation>
    </message>
    <message>
        <source>Pause the engine</source>
        <translation>暂停引擎</translation>
    </message>
    <message>
        <source>Open a compose file</source>
        <translation>打开 Compose 文件</translation>
    </message>
    <message>
        <source>Show notifications</source>
        <translation>显示通知</translation>
    </message>
    <message>
        <source>Import from another engine</source>
        <translation>从其他引擎导入</translation>
    </message>
    <message>
        <source>Show the keys</source>
        <translation>显示快捷键</translation>
    </message>
    <message>
        <source>About Marina</source>
        <translation>关于 Marina</translation>
    </message>
    <message>
        <source>Quit Marina</source>
        <translation>退出 Marina</translation>
    </message>
    <message>
        <source>Uninstall Marina</source>
        <translation>卸载 Marina</translation>
    </message>
    <message>
        <source>Light appearance</source>
        <translation>浅色外观</translation>
    </message>
    <message>
        <source>Dark appearance</source>
        <translation>深色外观</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>高对比度</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Size of the window&apos;s contents</source>
        <translation>窗口内容的大小</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Closing the window</source>
        <translation>关闭窗口</translation>
    </message>
    <message>
        <source>Quitting</source>
        <translation>退出时</translation>
    </message>
    <message>
        <source>Start at login</source>
        <translation>登录时启动</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>Processors</source>
        <translation>处理器</translation>
    </message>
    <message>
        <source>Memory</source>
        <translation>内存</translation>
    </message>
    <message>
        <source>Disk</source>
        <translation>磁盘</translation>
    </message>
    <message>
        <source>Sleep when unused</source>
        <translation>闲置时休眠</translation>
    </message>
    <message>
        <source>Proxy</source>
        <translation>代理</translation>
    </message>
    <message>
        <source>Name servers</source>
        <translation>DNS 服务器</translation>
    </message>
    <message>
        <source>Trusted certificates</source>
        <translation>受信任的证书</translation>
    </message>
    <message>
        <source>Engine options</source>
        <translation>引擎选项</translation>
    </message>
    <message>
        <source>Shared folders</source>
        <translation>共享文件夹</translation>
    </message>
    <message>
        <source>Mirrors of Docker Hub</source>
        <translation>Docker Hub 镜像站</translation>
    </message>
    <message>
        <source>Registries without TLS</source>
        <translation>不使用 TLS 的仓库</translation>
    </message>
    <message>
        <source>Docker command</source>
        <translation>docker 命令</translation>
    </message>
    <message>
        <source>Marina&apos;s own command</source>
        <translation>Marina 自己的命令</translation>
    </message>
    <message>
        <source>Engines</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Updates</source>
        <translation>更新</translation>
    </message>
    <message>
        <source>Page</source>
        <translation>页面</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>操作</translation>
    </message>
    <message>
        <source>Setting</source>
        <translation>设置项</translation>
    </message>
    <message>
        <source>Walkthrough</source>
        <translation>教程</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>显示</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
</context>
<context>
    <name>QuickSearch</name>
    <message>
        <source>Search registries for “{0}”</source>
        <translation>在镜像仓库中搜索“{0}”</translation>
    </message>
</context>
<context>
    <name>QuickSearchDialog</name>
    <message>
        <source>Quick search</source>
        <translation>快速搜索</translation>
    </message>
    <message>
        <source>Search everything, or &gt; for what can be done</source>
        <translation>搜索全部内容，或输入 &gt; 查找操作</translation>
    </message>
    <message>
        <source>Found</source>
        <translation>搜索结果</translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>未找到内容</translation>
    </message>
</context>
<context>
    <name>QuitDialog</name>
    <message>
        <source>Quit Marina</source>
        <translation>退出 Marina</translation>
    </message>
    <message>
        <source>The engine works without this window: containers and the docker command go on.</source>
        <translation>引擎不依赖此窗口：容器和 docker 命令会继续工作。</translation>
    </message>
    <message numerus="yes">
        <source>%n container(s) are running.</source>
        <translation>
            <numerusform>%n 个容器正在运行。</numerusform>
        </translation>
    </message>
    <message>
        <source>Quit, leave the engine running</source>
        <translation>退出，保持引擎运行</translation>
    </message>
    <message>
        <source>Do this from now on, and do not ask again</source>
        <translation>以后都这样做，不再询问</translation>
    </message>
    <message>
        <source>Stop the engine and quit</source>
        <translation>停止引擎并退出</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Quit Marina?</source>
        <translation>退出 Marina？</translation>
    </message>
</context>
<context>
    <name>RegistriesPage</name>
    <message>
        <source>Registries</source>
        <translation>镜像仓库</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Sign in at a registry</source>
        <translation>登录镜像仓库</translation>
    </message>
    <message>
        <source>Not signed in anywhere</source>
        <translation>尚未登录任何仓库</translation>
    </message>
    <message>
        <source>Public images need no sign-in. Sign in for private ones, for pushing, and for more pulls from Docker Hub.</source>
        <translation>公开镜像无需登录。私有镜像、推送以及更多的 Docker Hub 拉取次数需要登录。</translation>
    </message>
    <message>
        <source>The engine asks the registry: start it first.</source>
        <translation>由引擎询问仓库：请先启动引擎。</translation>
    </message>
    <message numerus="yes">
        <source>Signed in at %n registry(s)</source>
        <translation>
            <numerusform>已登录 %n 个仓库</numerusform>
        </translation>
    </message>
    <message>
        <source>This computer has no key store that Marina can use, so a sign-in lasts until Marina is closed: a password is never written to a file. On Linux, install and unlock GNOME Keyring or KWallet.</source>
        <translation>此计算机没有 Marina 可用的密钥库，因此登录只保持到 Marina 关闭：密码绝不写入文件。在 Linux 上请安装并解锁 GNOME Keyring 或 KWallet。</translation>
    </message>
    <message>
        <source>Signed in as {0}</source>
        <translation>登录用户：{0}</translation>
    </message>
    <message>
        <source>until Marina is closed</source>
        <translation>直到 Marina 关闭</translation>
    </message>
    <message>
        <source>Sign out</source>
        <translation>退出登录</translation>
    </message>
</context>
<context>
    <name>RegistriesViewModel</name>
    <message>
        <source>The registry does not let you in</source>
        <translation>仓库拒绝了登录</translation>
    </message>
    <message>
        <source>Check user and password. Where signing in takes two steps, an access token is wanted.</source>
        <translation>请检查用户名和密码。如果登录需要两步验证，则需使用访问令牌。</translation>
    </message>
    <message>
        <source>The registry was not reached</source>
        <translation>无法连接仓库</translation>
    </message>
    <message>
        <source>Check its name, the network connection and the proxy, then try again.</source>
        <translation>请检查名称、网络连接和代理，然后重试。</translation>
    </message>
</context>
<context>
    <name>RenameContainerDialog</name>
    <message>
        <source>Rename {0}</source>
        <translation>重命名 {0}</translation>
    </message>
    <message>
        <source>Only the name changes; a container that runs goes on.</source>
        <translation>只更改名称；正在运行的容器会继续运行。</translation>
    </message>
    <message>
        <source>Rename</source>
        <translation>重命名</translation>
    </message>
    <message>
        <source>New name</source>
        <translation>新名称</translation>
    </message>
    <message>
        <source>Letters, digits and _ . - only, at least two, the first a letter or digit.</source>
        <translation>只能使用字母、数字和 _ . -，至少两个字符，且以字母或数字开头。</translation>
    </message>
    <message>
        <source>This name is taken.</source>
        <translation>该名称已被占用。</translation>
    </message>
</context>
<context>
    <name>RenewContainerDialog</name>
    <message>
        <source>Update the image of {0}</source>
        <translation>更新 {0} 的镜像</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在查找…</translation>
    </message>
    <message>
        <source>A new container takes its place, so it stops for a moment. Its settings and volumes are kept; what it wrote elsewhere is lost. If the new one does not run, this one comes back.</source>
        <translation>一个新容器会取代它，因此它会短暂停止。它的设置和卷会保留；写在其他位置的内容会丢失。如果新容器无法运行，就恢复原来的容器。</translation>
    </message>
    <message>
        <source>Progress of the pull</source>
        <translation>拉取进度</translation>
    </message>
    <message>
        <source>Newer</source>
        <translation>较新</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用中</translation>
    </message>
    <message>
        <source>Look in the registry</source>
        <translation>在镜像仓库中查找</translation>
    </message>
    <message>
        <source>Ask what the name means there now; nothing is pulled</source>
        <translation>询问该名称现在在那里指什么；不会拉取任何内容</translation>
    </message>
    <message>
        <source>Pull</source>
        <translation>拉取</translation>
    </message>
    <message>
        <source>Update</source>
        <translation>更新</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Asking the registry…</source>
        <translation>正在询问镜像仓库…</translation>
    </message>
    <message>
        <source>Pulling the newer image…</source>
        <translation>正在拉取更新的镜像…</translation>
    </message>
    <message>
        <source>Made from {0}</source>
        <translation>由 {0} 创建</translation>
    </message>
    <message numerus="yes">
        <source>… and %n more</source>
        <translation>
            <numerusform>… 还有 %n 项</numerusform>
        </translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>The registry has no newer image.</source>
        <translation>镜像仓库中没有更新的镜像。</translation>
    </message>
    <message>
        <source>The engine has no newer image of this name.</source>
        <translation>引擎上没有此名称的更新镜像。</translation>
    </message>
    <message>
        <source>A newer image of this name is here.</source>
        <translation>此名称的更新镜像已在这里。</translation>
    </message>
    <message>
        <source>The registry has a newer image of this name.</source>
        <translation>镜像仓库中有此名称的更新镜像。</translation>
    </message>
    <message>
        <source>It was made from an id or a digest: that never means another image, so none is newer.</source>
        <translation>它由 ID 或摘要创建：它们永远指同一个镜像，因此不会有更新的镜像。</translation>
    </message>
    <message>
        <source>This image was built or loaded here, and no registry has told what it is. Build or load it anew, then the container can be updated.</source>
        <translation>此镜像是在这里构建或载入的，没有镜像仓库认识它。请重新构建或载入它，然后就可以更新容器。</translation>
    </message>
    <message>
        <source>It could not be found out.</source>
        <translation>无法查明。</translation>
    </message>
</context>
<context>
    <name>ReportDialog</name>
    <message>
        <source>Save a report</source>
        <translation>保存报告</translation>
    </message>
    <message>
        <source>what the checks have found</source>
        <translation>各项检查的结果</translation>
    </message>
    <message>
        <source>versions of Marina, its engine, QEMU and this system</source>
        <translation>Marina、其引擎、QEMU 和此系统的版本</translation>
    </message>
    <message>
        <source>the machine&apos;s state and settings, and the ports that are open</source>
        <translation>虚拟机的状态和设置，以及已打开的端口</translation>
    </message>
    <message>
        <source>what images, containers and volumes take, without their names</source>
        <translation>镜像、容器和卷占用的空间，不含名称</translation>
    </message>
    <message>
        <source>the ends of the machine&apos;s logs</source>
        <translation>虚拟机日志的末尾部分</translation>
    </message>
    <message>
        <source>Passwords, tokens, keys, values of variables and the name of your home folder are taken out; logs may name containers. It is a file on this computer: nothing is sent anywhere.</source>
        <translation>密码、令牌、密钥、变量的值以及您的主文件夹名称都会被去除；日志中可能出现容器名称。报告是此计算机上的一个文件：不会发送到任何地方。</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Choose a file…</source>
        <translation>选择文件…</translation>
    </message>
    <message>
        <source>The report will hold</source>
        <translation>报告将包含</translation>
    </message>
</context>
<context>
    <name>RowChecks</name>
    <message>
        <source>Select all</source>
        <translation>全选</translation>
    </message>
</context>
<context>
    <name>RowTableModel</name>
    <message>
        <source>Actions</source>
        <translation>操作</translation>
    </message>
</context>
<context>
    <name>RunImageDialog</name>
    <message>
        <source>Run a container</source>
        <translation>运行容器</translation>
    </message>
    <message>
        <source>Image</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>chosen by the engine</source>
        <translation>由引擎选择</translation>
    </message>
    <message>
        <source>The image names no ports.</source>
        <translation>镜像没有声明端口。</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>The usual one</source>
        <translation>默认网络</translation>
    </message>
    <message>
        <source>Pull and run</source>
        <translation>拉取并运行</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>the image&apos;s own</source>
        <translation>镜像自带的命令</translation>
    </message>
    <message>
        <source>The equal command</source>
        <translation>等效命令</translation>
    </message>
    <message>
        <source>Copy the command</source>
        <translation>复制命令</translation>
    </message>
    <message>
        <source>Run</source>
        <translation>运行</translation>
    </message>
    <message>
        <source>Ports</source>
        <translation>端口</translation>
    </message>
    <message>
        <source>Volumes</source>
        <translation>卷</translation>
    </message>
    <message>
        <source>Restart, limits</source>
        <translation>重启与上限</translation>
    </message>
    <message>
        <source>The same on the command line</source>
        <translation>对应的命令行</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>正在启动…</translation>
    </message>
</context>
<context>
    <name>RunImageViewModel</name>
    <message>
        <source>Letters, digits and _ . - only, at least two, the first a letter or digit.</source>
        <translation>只能包含字母、数字和 _ . -，至少两个字符，且以字母或数字开头。</translation>
    </message>
    <message>
        <source>A container with this name exists already.</source>
        <translation>已有同名容器。</translation>
    </message>
    <message>
        <source>A quotation mark is not closed.</source>
        <translation>引号没有闭合。</translation>
    </message>
    <message>
        <source>The container {0} is left and could not be deleted: {1}</source>
        <translation>容器 {0} 仍然存在，无法删除：{1}</translation>
    </message>
</context>
<context>
    <name>SaveAsImageDialog</name>
    <message>
        <source>Save {0} as an image</source>
        <translation>将 {0} 保存为镜像</translation>
    </message>
    <message>
        <source>The image holds the container&apos;s files as they are now, without what is in its volumes.</source>
        <translation>镜像包含容器当前的文件，不包含其卷中的内容。</translation>
    </message>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Name of the image</source>
        <translation>镜像名称</translation>
    </message>
    <message>
        <source>name:tag</source>
        <translation>名称:标签</translation>
    </message>
    <message>
        <source>Pause the container meanwhile, so that no file is half written</source>
        <translation>保存期间暂停容器，避免文件只写入一半</translation>
    </message>
    <message>
        <source>A name and a tag only: the digest comes with the image.</source>
        <translation>只能填写名称和标签：摘要由镜像生成。</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
</context>
<context>
    <name>SearchImagesDialog</name>
    <message>
        <source>Search for images</source>
        <translation>搜索镜像</translation>
    </message>
    <message>
        <source>What to search for</source>
        <translation>搜索内容</translation>
    </message>
    <message>
        <source>nginx, or registry.example.com/nginx for another registry</source>
        <translation>nginx，其他镜像仓库用 registry.example.com/nginx</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>搜索</translation>
    </message>
    <message>
        <source>Pull…</source>
        <translation>拉取…</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>What you type is sent to the registry when you press Search, not before.</source>
        <translation>按“搜索”后，输入的内容才会发送给镜像仓库。</translation>
    </message>
    <message>
        <source>Found images</source>
        <translation>找到的镜像</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Description</source>
        <translation>描述</translation>
    </message>
    <message>
        <source>Stars</source>
        <translation>星标</translation>
    </message>
    <message>
        <source>Searching…</source>
        <translation>正在搜索…</translation>
    </message>
    <message numerus="yes">
        <source>%n image(s) found</source>
        <translation>
            <numerusform>找到 %n 个镜像</numerusform>
        </translation>
    </message>
    <message>
        <source>Nothing found</source>
        <translation>没有找到</translation>
    </message>
</context>
<context>
    <name>Secrets</name>
    <message>
        <source>Show secrets</source>
        <translation>显示机密</translation>
    </message>
    <message>
        <source>Values whose names speak of passwords, tokens and keys are hidden</source>
        <translation>名称涉及密码、令牌和密钥的值会被隐藏</translation>
    </message>
</context>
<context>
    <name>Services</name>
    <message>
        <source>A container of this name is here: it stays as it is.</source>
        <translation>这里已有同名容器：保持不变。</translation>
    </message>
    <message>
        <source>A container that is deleted when it stops cannot be edited</source>
        <translation>停止后即被删除的容器无法编辑</translation>
    </message>
    <message>
        <source>A container that is removed when it ends cannot start again</source>
        <translation>结束后自动删除的容器无法再次启动</translation>
    </message>
    <message>
        <source>A container with this name exists already</source>
        <translation>已存在同名容器</translation>
    </message>
    <message>
        <source>A debug shell looks at the processes of a running container.</source>
        <translation>调试 shell 查看的是正在运行的容器的进程。</translation>
    </message>
    <message>
        <source>A file in PEM or DER form is needed.</source>
        <translation>需要 PEM 或 DER 格式的文件。</translation>
    </message>
    <message>
        <source>A file of this computer cannot be read</source>
        <translation>本机的一个文件无法读取</translation>
    </message>
    <message>
        <source>A folder can be saved as a .tar archive.</source>
        <translation>文件夹可以保存为 .tar 归档。</translation>
    </message>
    <message>
        <source>A folder of the machine cannot be made.</source>
        <translation>无法创建虚拟机的文件夹。</translation>
    </message>
    <message>
        <source>A name and a tag only: the digest comes with the image.</source>
        <translation>只填写名称和标签：摘要随镜像而来。</translation>
    </message>
    <message>
        <source>A name has at least two characters: letters and digits, and . _ - after the first.</source>
        <translation>名称至少有两个字符：字母和数字，首字符之后还可用 . _ -。</translation>
    </message>
    <message>
        <source>A name has no spaces.</source>
        <translation>名称中不能有空格。</translation>
    </message>
    <message>
        <source>A name looks like `nginx`, `nginx:1.27` or `registry.example.com:5000/team/app:tag`, in lower case.</source>
        <translation>名称形如 `nginx`、`nginx:1.27` 或 `registry.example.com:5000/team/app:tag`，使用小写。</translation>
    </message>
    <message>
        <source>A name looks like nginx, nginx:1.27 or registry.example.com:5000/team/app:tag.</source>
        <translation>名称形如 nginx、nginx:1.27 或 registry.example.com:5000/team/app:tag。</translation>
    </message>
    <message>
        <source>A network of this name is here: it stays as it is.</source>
        <translation>这里已有同名网络：保持不变。</translation>
    </message>
    <message>
        <source>A registry is named like ghcr.io or registry.example.com:5000.</source>
        <translation>仓库名形如 ghcr.io 或 registry.example.com:5000。</translation>
    </message>
    <message>
        <source>A tag has letters, digits, and . _ - in it, and at most 128 characters.</source>
        <translation>标签由字母、数字和 . _ - 组成，最多 128 个字符。</translation>
    </message>
    <message>
        <source>A tag is missing after the colon.</source>
        <translation>冒号后缺少标签。</translation>
    </message>
    <message>
        <source>A volume of this name is here: it stays as it is.</source>
        <translation>这里已有同名卷：保持不变。</translation>
    </message>
    <message>
        <source>A whole path is needed.</source>
        <translation>需要完整路径。</translation>
    </message>
    <message>
        <source>Add your organisation&apos;s certificate authority, or name the registry as insecure if it is yours.</source>
        <translation>请添加贵组织的证书颁发机构；如果仓库是您自己的，也可将其列为不安全仓库。</translation>
    </message>
    <message>
        <source>After the @ there must be a digest: sha256: and 64 digits.</source>
        <translation>@ 之后必须是摘要：sha256: 加 64 位数字。</translation>
    </message>
    <message>
        <source>All of them together can have 500 KB.</source>
        <translation>总共不能超过 500 KB。</translation>
    </message>
    <message>
        <source>Another disk is in this folder already.</source>
        <translation>此文件夹中已有另一块磁盘。</translation>
    </message>
    <message>
        <source>Another image here is named {0}, and keeps that name.</source>
        <translation>这里有另一个镜像名为 {0}，它保留该名称。</translation>
    </message>
    <message>
        <source>Another machine answers where Marina&apos;s should.</source>
        <translation>应由 Marina 的虚拟机应答之处，应答的是另一台机器。</translation>
    </message>
    <message>
        <source>Another program holds a socket of the machine.</source>
        <translation>另一个程序占用了虚拟机的套接字。</translation>
    </message>
    <message>
        <source>Ask for it again.</source>
        <translation>请再次请求。</translation>
    </message>
    <message>
        <source>Ask them to change it.</source>
        <translation>请联系对方更改。</translation>
    </message>
    <message>
        <source>Ask whoever runs it. If the change is right, remove the engine and add it again.</source>
        <translation>请询问其管理员。如果更改属实，请移除该引擎后重新添加。</translation>
    </message>
    <message>
        <source>Build in a terminal: docker buildx build --ssh default</source>
        <translation>请在终端中构建：docker buildx build --ssh default</translation>
    </message>
    <message>
        <source>Change the settings and try again.</source>
        <translation>请更改设置后重试。</translation>
    </message>
    <message>
        <source>Check its spelling. Small images have few commands: often there is `sh` but no `bash`.</source>
        <translation>请检查拼写。小镜像中命令很少：通常有 `sh` 而没有 `bash`。</translation>
    </message>
    <message>
        <source>Check network, VPN and firewall of this computer.</source>
        <translation>请检查本机的网络、VPN 和防火墙。</translation>
    </message>
    <message>
        <source>Check that the file is a program for this machine&apos;s processor and that it is executable.</source>
        <translation>请确认该文件是适用于此处理器的程序，并且可执行。</translation>
    </message>
    <message>
        <source>Check that the socket belongs to a Docker-compatible engine; restart the engine if it does.</source>
        <translation>请确认该套接字属于与 Docker 兼容的引擎；如果是，请重启引擎。</translation>
    </message>
    <message>
        <source>Check the address, and that SSH is allowed there.</source>
        <translation>请检查地址，并确认对方允许 SSH。</translation>
    </message>
    <message>
        <source>Check the disk and the folder&apos;s permissions.</source>
        <translation>请检查磁盘和文件夹权限。</translation>
    </message>
    <message>
        <source>Check the disk of this computer.</source>
        <translation>请检查本机磁盘。</translation>
    </message>
    <message>
        <source>Check the folder&apos;s disk and permissions.</source>
        <translation>请检查文件夹所在的磁盘及其权限。</translation>
    </message>
    <message>
        <source>Check the folder&apos;s permissions.</source>
        <translation>请检查文件夹权限。</translation>
    </message>
    <message>
        <source>Check the image</source>
        <translation>检查镜像</translation>
    </message>
    <message>
        <source>Check the name and the tag. If the image is private, sign in at its registry.</source>
        <translation>请检查名称和标签。如果是私有镜像，请登录其仓库。</translation>
    </message>
    <message>
        <source>Check the network and try again: it goes on there.</source>
        <translation>请检查网络后重试：将从断点继续。</translation>
    </message>
    <message>
        <source>Check the network connection and the proxy, then try again. Nothing that was downloaded is lost.</source>
        <translation>请检查网络连接和代理后重试。已下载的内容不会丢失。</translation>
    </message>
    <message>
        <source>Check the permissions of that file and of its folder.</source>
        <translation>请检查该文件及其文件夹的权限。</translation>
    </message>
    <message>
        <source>Check the settings of the machine, then start it again.</source>
        <translation>请检查虚拟机的设置，然后重新启动。</translation>
    </message>
    <message>
        <source>Check this computer&apos;s clock. If it is right, somebody may be holding updates back.</source>
        <translation>请检查本机时钟。如果时钟正确，可能有人在阻止更新。</translation>
    </message>
    <message>
        <source>Check what the proxy allows, and the name and password with which it is set.</source>
        <translation>请检查代理允许访问哪些地址，以及设置中代理的用户名和密码。</translation>
    </message>
    <message>
        <source>Check what was suspended</source>
        <translation>检查已挂起的内容</translation>
    </message>
    <message>
        <source>Choose a folder with a shorter path.</source>
        <translation>请选择路径更短的文件夹。</translation>
    </message>
    <message>
        <source>Choose a port of 1024 or more, for example 8080.</source>
        <translation>请选择 1024 或更大的端口，例如 8080。</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>请选择其他文件夹。</translation>
    </message>
    <message>
        <source>Choose another name, or delete that one.</source>
        <translation>请换一个名称，或删除已有的那个。</translation>
    </message>
    <message>
        <source>Choose another name, or remove it.</source>
        <translation>请换一个名称，或将其移除。</translation>
    </message>
    <message>
        <source>Choose another name, or remove that one first.</source>
        <translation>请换一个名称，或先移除已有的那个。</translation>
    </message>
    <message>
        <source>Choose another name, or remove the old container (`marina rm NAME`).</source>
        <translation>请换一个名称，或删除旧容器（`marina rm NAME`）。</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>请换一个名称。</translation>
    </message>
    <message>
        <source>Choose another place: a folder goes onto a folder or where nothing is yet, a file onto a file.</source>
        <translation>请选择其他位置：文件夹只能挂载到文件夹或尚不存在的位置，文件只能挂载到文件。</translation>
    </message>
    <message>
        <source>Choose another port of this computer, or stop what uses it.</source>
        <translation>请选择本机的其他端口，或停止占用它的程序。</translation>
    </message>
    <message>
        <source>Choose another tag, or name a platform (`--platform linux/amd64`).</source>
        <translation>请选择其他标签，或指定平台（`--platform linux/amd64`）。</translation>
    </message>
    <message>
        <source>Choose one: the removal at its end (--rm), or a restart policy.</source>
        <translation>请二选一：结束后自动删除（--rm），或重启策略。</translation>
    </message>
    <message>
        <source>Choose the folder that holds the Dockerfile, or give the file&apos;s name.</source>
        <translation>请选择包含 Dockerfile 的文件夹，或给出该文件的名称。</translation>
    </message>
    <message>
        <source>Close its window and try again.</source>
        <translation>请关闭其窗口后重试。</translation>
    </message>
    <message>
        <source>Close programs that listen on ports.</source>
        <translation>请关闭正在监听端口的程序。</translation>
    </message>
    <message>
        <source>Close programs, or give the machine less: memory_mib in machine.json.</source>
        <translation>请关闭一些程序，或减少虚拟机的内存：machine.json 中的 memory_mib。</translation>
    </message>
    <message>
        <source>Close some programs.</source>
        <translation>请关闭一些程序。</translation>
    </message>
    <message>
        <source>Compose could not be asked</source>
        <translation>无法询问 compose</translation>
    </message>
    <message>
        <source>Compose could not be started</source>
        <translation>无法启动 compose</translation>
    </message>
    <message>
        <source>Compose ended with code {0}</source>
        <translation>compose 以代码 {0} 结束</translation>
    </message>
    <message>
        <source>Connect to it</source>
        <translation>建立连接</translation>
    </message>
    <message>
        <source>Copy or pull the image, then try again.</source>
        <translation>请先复制或拉取该镜像，然后重试。</translation>
    </message>
    <message>
        <source>Copy the file to a safe place, then try: qemu-img check -r all {0}</source>
        <translation>请先将该文件复制到安全的地方，再尝试：qemu-img check -r all {0}</translation>
    </message>
    <message>
        <source>Correct that file, or move it away: docker makes a new one.</source>
        <translation>请修正该文件，或将其移走：docker 会新建一个。</translation>
    </message>
    <message>
        <source>Correct the file machine.json.</source>
        <translation>请更正文件 machine.json。</translation>
    </message>
    <message>
        <source>Correct {0}.</source>
        <translation>请更正 {0}。</translation>
    </message>
    <message>
        <source>DOCKER_HOST is set: the docker command talks to another engine, whatever its context is.</source>
        <translation>已设置 DOCKER_HOST：无论上下文为何，docker 命令都会连接另一个引擎。</translation>
    </message>
    <message>
        <source>Docker Compose is not installed on this computer</source>
        <translation>本机未安装 Docker Compose</translation>
    </message>
    <message>
        <source>Docker Desktop</source>
        <translation>Docker Desktop</translation>
    </message>
    <message>
        <source>Docker&apos;s configuration cannot be read</source>
        <translation>无法读取 Docker 的配置</translation>
    </message>
    <message>
        <source>Docker&apos;s configuration cannot be written</source>
        <translation>无法写入 Docker 的配置</translation>
    </message>
    <message>
        <source>Find the fastest way to run it</source>
        <translation>寻找最快的运行方式</translation>
    </message>
    <message>
        <source>Found here, but not in the machine: {0}</source>
        <translation>本机能解析，虚拟机内不能：{0}</translation>
    </message>
    <message>
        <source>Free some space, or choose another folder.</source>
        <translation>请释放一些空间，或选择其他文件夹。</translation>
    </message>
    <message>
        <source>Free some space, or remove what you do not need: docker system prune.</source>
        <translation>请释放一些空间，或移除不需要的内容：docker system prune。</translation>
    </message>
    <message>
        <source>Free some space, then start again.</source>
        <translation>请释放一些空间，然后重新启动。</translation>
    </message>
    <message>
        <source>Free some space: nothing is lost meanwhile.</source>
        <translation>请释放一些空间：期间不会丢失任何内容。</translation>
    </message>
    <message>
        <source>Free some space: the machine is held, or does not start, until then.</source>
        <translation>请释放一些空间：在此之前虚拟机会暂停或无法启动。</translation>
    </message>
    <message>
        <source>Get new versions from where you got this one.</source>
        <translation>请从获取此版本的地方获取新版本。</translation>
    </message>
    <message>
        <source>If you put another data disk in place on purpose, remove {0} and start again.</source>
        <translation>如果您有意更换了数据磁盘，请移除 {0} 后重新启动。</translation>
    </message>
    <message>
        <source>Import again: what failed is tried again.</source>
        <translation>请再次导入：失败的内容会重试。</translation>
    </message>
    <message>
        <source>In use by {0}: stop that first for a copy of one moment.</source>
        <translation>正被 {0} 使用：请先将其停止，以得到同一时刻的副本。</translation>
    </message>
    <message>
        <source>Install Marina again, or build the image with `make image`.</source>
        <translation>请重新安装 Marina，或用 `make image` 构建镜像。</translation>
    </message>
    <message>
        <source>It answers. Containers that mount /run/host-services/ssh-auth.sock may use it.</source>
        <translation>有应答。挂载了 /run/host-services/ssh-auth.sock 的容器可以使用它。</translation>
    </message>
    <message>
        <source>It belongs to a cluster, which would make it anew.</source>
        <translation>它属于某个集群，集群会重新创建它。</translation>
    </message>
    <message>
        <source>It does not run: it is started with the machine.</source>
        <translation>未运行：它会随虚拟机一起启动。</translation>
    </message>
    <message>
        <source>It gives back what it does not need while it runs, and when it is stopped.</source>
        <translation>它在运行期间和停止时都会归还不需要的空间。</translation>
    </message>
    <message>
        <source>It goes on.</source>
        <translation>它将继续运行。</translation>
    </message>
    <message>
        <source>It has letters, digits and _ . - only, at most 63, the first a letter, a digit or _.</source>
        <translation>只能包含字母、数字和 _ . -，最多 63 个字符，且首字符必须是字母、数字或 _。</translation>
    </message>
    <message>
        <source>It has one processor: QEMU {0} can crash an emulated machine with more; 8.1 cannot.</source>
        <translation>它只有一个处理器：QEMU {0} 可能使有多个处理器的模拟虚拟机崩溃；8.1 不会。</translation>
    </message>
    <message>
        <source>It holds no certificate that can be read</source>
        <translation>其中没有可读取的证书</translation>
    </message>
    <message>
        <source>It holds {0} bytes only.</source>
        <translation>它只有 {0} 字节。</translation>
    </message>
    <message>
        <source>It is in use.</source>
        <translation>它正在使用中。</translation>
    </message>
    <message>
        <source>It is made at the first start.</source>
        <translation>首次启动时会创建。</translation>
    </message>
    <message>
        <source>It is not known where QEMU listens.</source>
        <translation>不知道 QEMU 在哪里监听。</translation>
    </message>
    <message>
        <source>It is off by {0} s: {1}.</source>
        <translation>相差 {0} 秒：{1}。</translation>
    </message>
    <message>
        <source>It is set every 10 s by the supervisor: restart the machine if this stays.</source>
        <translation>监管进程每 10 秒校准一次：如果问题依旧，请重启虚拟机。</translation>
    </message>
    <message>
        <source>It is {0}.</source>
        <translation>它的状态是 {0}。</translation>
    </message>
    <message>
        <source>It may be very busy. Wait a little; if it stays so, restart the engine (`marina restart`).</source>
        <translation>它可能非常繁忙。请稍等；如果依旧如此，请重启引擎（`marina restart`）。</translation>
    </message>
    <message>
        <source>It refers to other files, or is encrypted.</source>
        <translation>它引用了其他文件，或已加密。</translation>
    </message>
    <message>
        <source>It runs on its own; Marina only works with it.</source>
        <translation>它独立运行；Marina 只是与它配合工作。</translation>
    </message>
    <message>
        <source>It shows {0}.</source>
        <translation>它出示的是 {0}。</translation>
    </message>
    <message>
        <source>It stands in {0}.</source>
        <translation>它写在 {0} 中。</translation>
    </message>
    <message>
        <source>It was built without the address and the key of a release repository.</source>
        <translation>构建时没有提供发布仓库的地址和密钥。</translation>
    </message>
    <message>
        <source>It was deleted. Try again.</source>
        <translation>已将其删除。请重试。</translation>
    </message>
    <message>
        <source>It was made of {0}.</source>
        <translation>它由 {0} 创建。</translation>
    </message>
    <message>
        <source>It was not deleted: the container {0} is running</source>
        <translation>未删除：容器 {0} 正在运行</translation>
    </message>
    <message>
        <source>It was started with --rm: there would be no way back.</source>
        <translation>它是用 --rm 启动的：编辑后将无法恢复。</translation>
    </message>
    <message>
        <source>Its addresses are in use here: it has others.</source>
        <translation>它的地址在这里已被使用：已改用其他地址。</translation>
    </message>
    <message>
        <source>Its extension Dev Containers must be installed.</source>
        <translation>必须安装其扩展 Dev Containers。</translation>
    </message>
    <message>
        <source>Its files are kept by the driver {0}, which is not here.</source>
        <translation>它的文件由驱动 {0} 保存，而这里没有该驱动。</translation>
    </message>
    <message>
        <source>Its files are kept elsewhere: only its definition is copied.</source>
        <translation>它的文件保存在别处：只复制其定义。</translation>
    </message>
    <message>
        <source>Its images can be pulled by their whole names.</source>
        <translation>其中的镜像可以用完整名称拉取。</translation>
    </message>
    <message>
        <source>Its layout is version {0}, this Marina knows up to {1}.</source>
        <translation>其格式版本为 {0}，此 Marina 最高支持 {1}。</translation>
    </message>
    <message>
        <source>Known are: {0}.</source>
        <translation>已知的有：{0}。</translation>
    </message>
    <message>
        <source>Leave out the http:// or https://.</source>
        <translation>请去掉 http:// 或 https://。</translation>
    </message>
    <message>
        <source>Leave the address out, or give one of this computer&apos;s own, such as 127.0.0.1.</source>
        <translation>请不填地址，或填写本机的地址，例如 127.0.0.1。</translation>
    </message>
    <message>
        <source>Leave the name out to see all: --dry-run shows them.</source>
        <translation>省略名称即可查看全部：--dry-run 会列出它们。</translation>
    </message>
    <message>
        <source>Line {0}, column {1}: this is no JSON ({2})</source>
        <translation>第 {0} 行第 {1} 列：不是有效的 JSON（{2}）</translation>
    </message>
    <message>
        <source>Look at the container&apos;s log, then try again.</source>
        <translation>请查看容器的日志，然后重试。</translation>
    </message>
    <message>
        <source>Look at the state, then do it again: marina status.</source>
        <translation>请查看状态，然后重新执行：marina status。</translation>
    </message>
    <message>
        <source>Looked for docker-compose, version 2 or newer, in the folders of docker&apos;s plugins and on PATH.</source>
        <translation>已在 docker 插件文件夹和 PATH 中查找 docker-compose（版本 2 或更新）。</translation>
    </message>
    <message>
        <source>Make it first.</source>
        <translation>请先创建。</translation>
    </message>
    <message>
        <source>Marina is still in use</source>
        <translation>Marina 仍在使用中</translation>
    </message>
    <message>
        <source>Marina {0} does not start on this computer</source>
        <translation>Marina {0} 无法在本机启动</translation>
    </message>
    <message>
        <source>Marina {0} has no file for this kind of installation</source>
        <translation>Marina {0} 没有适用于此安装方式的文件</translation>
    </message>
    <message>
        <source>Marina&apos;s own engine does.</source>
        <translation>Marina 自己的引擎可以。</translation>
    </message>
    <message>
        <source>Marina&apos;s own engine does. Elsewhere, mount the volume in a container and look there.</source>
        <translation>Marina 自带的引擎可以。在其他引擎上，请将卷挂载到容器中查看。</translation>
    </message>
    <message>
        <source>Marina&apos;s supervisor does not answer.</source>
        <translation>Marina 的监管进程没有应答。</translation>
    </message>
    <message>
        <source>Name a docker context, or write an address: unix:///path/to/docker.sock.</source>
        <translation>请指定一个 docker 上下文，或填写地址：unix:///path/to/docker.sock。</translation>
    </message>
    <message>
        <source>Name a file that `marina data export` wrote.</source>
        <translation>请指定由 `marina data export` 写出的文件。</translation>
    </message>
    <message>
        <source>Name some in machine.json: shared_folders.</source>
        <translation>请在 machine.json 中指定：shared_folders。</translation>
    </message>
    <message>
        <source>Names of images are in lower case.</source>
        <translation>镜像名称使用小写。</translation>
    </message>
    <message>
        <source>Names of registries are found</source>
        <translation>仓库的域名可以解析</translation>
    </message>
    <message>
        <source>Neither {0} nor {1} leaves room below {2} bytes.</source>
        <translation>{0} 和 {1} 的路径都超出了 {2} 字节的限制。</translation>
    </message>
    <message>
        <source>No connection: {0}</source>
        <translation>无连接：{0}</translation>
    </message>
    <message>
        <source>No folder has a path short enough for the machine&apos;s sockets.</source>
        <translation>没有路径足够短的文件夹可供虚拟机的套接字使用。</translation>
    </message>
    <message>
        <source>No folder is shared.</source>
        <translation>没有共享的文件夹。</translation>
    </message>
    <message>
        <source>No other engine was found on this computer.</source>
        <translation>在这台计算机上没有找到其他引擎。</translation>
    </message>
    <message>
        <source>No port is free for the connection to the machine.</source>
        <translation>没有可用于连接虚拟机的空闲端口。</translation>
    </message>
    <message>
        <source>No port of this computer is free</source>
        <translation>本机没有空闲端口</translation>
    </message>
    <message>
        <source>Check this computer&apos;s network, VPN and name servers, or name a proxy in the settings.</source>
        <translation>请检查本机的网络、VPN 和域名服务器，或在设置中指定代理。</translation>
    </message>
    <message>
        <source>Another program is called marina</source>
        <translation>另一个程序也叫 marina</translation>
    </message>
    <message>
        <source>It runs from its source.</source>
        <translation>它从源代码运行。</translation>
    </message>
    <message>
        <source>Move it away if you do not need it, then try again.</source>
        <translation>如果不需要它，请将其移走，然后重试。</translation>
    </message>
    <message>
        <source>Check the network connection and the proxy, then try again. What was fetched before is kept.</source>
        <translation>请检查网络连接和代理，然后重试。之前获取的内容会保留。</translation>
    </message>
    <message>
        <source>Correct it, or empty it: marina settings engine_args --empty</source>
        <translation>请更正它，或将其清空：marina settings engine_args --empty</translation>
    </message>
    <message>
        <source>Another container has this address</source>
        <translation>另一个容器已使用此地址</translation>
    </message>
    <message>
        <source>A volume {0} of the engine {1} is backed up in {2} already</source>
        <translation>引擎 {1} 的卷 {0} 已备份到 {2}</translation>
    </message>
    <message>
        <source>At least 6 MB are needed</source>
        <translation>至少需要 6 MB</translation>
    </message>
    <message>
        <source>Choose a .tar archive.</source>
        <translation>请选择一个 .tar 归档文件。</translation>
    </message>
    <message>
        <source>Choose another address of the network, or leave it to the engine.</source>
        <translation>请选择该网络中的其他地址，或让引擎自行选择。</translation>
    </message>
    <message>
        <source>Choose another folder: the two would be taken for each other.</source>
        <translation>请选择其他文件夹：否则两者会被混淆。</translation>
    </message>
    <message>
        <source>Choose another range, or leave it to the engine.</source>
        <translation>请选择其他范围，或让引擎自行选择。</translation>
    </message>
    <message>
        <source>Delete images that you no longer need, then try again.</source>
        <translation>请删除不再需要的镜像，然后重试。</translation>
    </message>
    <message>
        <source>Install it, then try again: {0}</source>
        <translation>请安装它，然后重试：{0}</translation>
    </message>
    <message>
        <source>It is {0} {1}, an image of its own.</source>
        <translation>它是 {0} {1}，一个单独的镜像。</translation>
    </message>
    <message>
        <source>Its servers are busy. Try again in some minutes.</source>
        <translation>其服务器正忙。请几分钟后重试。</translation>
    </message>
    <message>
        <source>Leave the address out, or make a network with a range of its own.</source>
        <translation>请不要填写地址，或新建一个带有地址范围的网络。</translation>
    </message>
    <message>
        <source>Let Marina fetch it (`marina scan --fetch IMAGE`).</source>
        <translation>请让 Marina 获取它（`marina scan --fetch IMAGE`）。</translation>
    </message>
    <message>
        <source>Let Marina find what works: marina settings accelerator auto</source>
        <translation>让 Marina 自行选择可用的方式：marina settings accelerator auto</translation>
    </message>
    <message>
        <source>No button of a walkthrough has made it, so it stays.</source>
        <translation>它不是由教程的按钮创建的，因此会保留。</translation>
    </message>
    <message>
        <source>Let it go on first.</source>
        <translation>请先让它继续运行。</translation>
    </message>
    <message>
        <source>No container publishes one.</source>
        <translation>没有容器发布端口。</translation>
    </message>
    <message>
        <source>Mend or delete the file, then set up the backups again.</source>
        <translation>请修复或删除该文件，然后重新设置备份。</translation>
    </message>
    <message>
        <source>1 MB is the most.</source>
        <translation>最多 1 MB。</translation>
    </message>
    <message>
        <source>Choose a .dockerbuild file, or the ZIP that a continuous integration gives it in.</source>
        <translation>请选择 .dockerbuild 文件，或持续集成打包它的 ZIP 文件。</translation>
    </message>
    <message>
        <source>Compose has lost the engine</source>
        <translation>Compose 与引擎失去了连接</translation>
    </message>
    <message>
        <source>Copy what you have typed, close the file and open it anew.</source>
        <translation>请复制您输入的内容，关闭该文件后重新打开。</translation>
    </message>
    <message>
        <source>Install a newer docker-compose-plugin, see {0}</source>
        <translation>请安装较新的 docker-compose-plugin，参见 {0}</translation>
    </message>
    <message>
        <source>Install docker-compose-plugin, docker-compose-v2 or docker-compose, or see {0}</source>
        <translation>请安装 docker-compose-plugin、docker-compose-v2 或 docker-compose，或参阅 {0}</translation>
    </message>
    <message>
        <source>It may have been deleted, or is on another engine.</source>
        <translation>它可能已被删除，或位于另一个引擎上。</translation>
    </message>
    <message>
        <source>Line {0} is no variable: {1}</source>
        <translation>第 {0} 行不是变量：{1}</translation>
    </message>
    <message>
        <source>Make room on the disk, or set MARINA_HOME to a folder on another disk of this computer.</source>
        <translation>请腾出磁盘空间，或将 MARINA_HOME 设为本机另一磁盘上的文件夹。</translation>
    </message>
    <message>
        <source>No update is prepared</source>
        <translation>没有已准备好的更新</translation>
    </message>
    <message>
        <source>No volume was made.</source>
        <translation>未创建卷。</translation>
    </message>
    <message>
        <source>Nobody listens at {0}.</source>
        <translation>没有程序在监听 {0}。</translation>
    </message>
    <message>
        <source>Nothing answers at {0}</source>
        <translation>{0} 没有应答</translation>
    </message>
    <message>
        <source>Nothing can be written into {0}</source>
        <translation>无法写入 {0}</translation>
    </message>
    <message>
        <source>Nothing was changed.</source>
        <translation>没有任何更改。</translation>
    </message>
    <message>
        <source>Nothing was changed. Tell Marina&apos;s authors.</source>
        <translation>未作任何更改。请告知 Marina 的作者。</translation>
    </message>
    <message>
        <source>Nothing was changed. Try again later.</source>
        <translation>未作任何更改。请稍后重试。</translation>
    </message>
    <message>
        <source>Nothing was changed: this version goes on.</source>
        <translation>未作任何更改：继续使用此版本。</translation>
    </message>
    <message>
        <source>On this network the engine alone gives addresses: it was made without a range of addresses</source>
        <translation>此网络创建时未指定地址范围，地址只能由引擎分配</translation>
    </message>
    <message>
        <source>Or hold it in memory: marina pause.</source>
        <translation>或将其暂停在内存中：marina pause。</translation>
    </message>
    <message>
        <source>Plug in the disk that it is on, or choose another folder for the backups.</source>
        <translation>请插入它所在的磁盘，或为备份选择其他文件夹。</translation>
    </message>
    <message>
        <source>Port {0} of 127.0.0.1 shows the key {1}.</source>
        <translation>127.0.0.1 的端口 {0} 出示的密钥是 {1}。</translation>
    </message>
    <message>
        <source>Prepare the data disk</source>
        <translation>准备数据磁盘</translation>
    </message>
    <message>
        <source>Published ports are open</source>
        <translation>已发布的端口处于打开状态</translation>
    </message>
    <message>
        <source>Pull it first (`marina pull NAME`), or check the spelling with `marina images`.</source>
        <translation>请先拉取（`marina pull NAME`），或用 `marina images` 检查拼写。</translation>
    </message>
    <message>
        <source>Pull it here from its registry.</source>
        <translation>请在这里从其镜像仓库拉取。</translation>
    </message>
    <message>
        <source>Put it back from where it went. Do not start before.</source>
        <translation>请将其放回原处。在此之前请勿启动。</translation>
    </message>
    <message>
        <source>Put it back.</source>
        <translation>请将其放回。</translation>
    </message>
    <message>
        <source>Put it back. To start with an empty disk instead, remove {0} first.</source>
        <translation>请将其放回。若要改用空磁盘启动，请先移除 {0}。</translation>
    </message>
    <message>
        <source>Put the record back, or, if the disk holds nothing of worth, move {0} away.</source>
        <translation>请放回该记录；如果磁盘中没有重要内容，请移走 {0}。</translation>
    </message>
    <message>
        <source>QEMU cannot be run: {0}</source>
        <translation>无法运行 QEMU：{0}</translation>
    </message>
    <message>
        <source>QEMU cannot use {0}: {1}</source>
        <translation>QEMU 无法使用 {0}：{1}</translation>
    </message>
    <message>
        <source>QEMU cannot write its memory down: {0}</source>
        <translation>QEMU 无法保存其内存：{0}</translation>
    </message>
    <message>
        <source>QEMU crashes under {0} on this computer.</source>
        <translation>在本机上，QEMU 在 {0} 下会崩溃。</translation>
    </message>
    <message>
        <source>QEMU did not start.</source>
        <translation>QEMU 未能启动。</translation>
    </message>
    <message>
        <source>QEMU does not answer.</source>
        <translation>QEMU 没有应答。</translation>
    </message>
    <message>
        <source>QEMU is another one</source>
        <translation>QEMU 已不是原来的那个</translation>
    </message>
    <message>
        <source>QEMU is installed</source>
        <translation>已安装 QEMU</translation>
    </message>
    <message>
        <source>QEMU is not installed.</source>
        <translation>未安装 QEMU。</translation>
    </message>
    <message>
        <source>QEMU says {0}</source>
        <translation>QEMU 报告：{0}</translation>
    </message>
    <message>
        <source>Rancher Desktop</source>
        <translation>Rancher Desktop</translation>
    </message>
    <message>
        <source>Read its memory</source>
        <translation>读取内存</translation>
    </message>
    <message>
        <source>Registries are reached</source>
        <translation>可以访问仓库</translation>
    </message>
    <message>
        <source>Remove each of its names, or remove the image with force (`marina rmi -f`).</source>
        <translation>请移除它的每个名称，或强制删除镜像（`marina rmi -f`）。</translation>
    </message>
    <message>
        <source>Remove images and containers that you no longer need (`marina rmi`, `marina rm`), then try again.</source>
        <translation>请删除不再需要的镜像和容器（`marina rmi`、`marina rm`），然后重试。</translation>
    </message>
    <message>
        <source>Remove it if you do not need it, then try again: docker rm -f {0}</source>
        <translation>如果不需要它，请将其删除后重试：docker rm -f {0}</translation>
    </message>
    <message>
        <source>Remove it, or make it yours alone: chmod 700 {0}</source>
        <translation>请将其移除，或改为仅您可访问：chmod 700 {0}</translation>
    </message>
    <message>
        <source>Remove the container first, or remove the image with force.</source>
        <translation>请先删除容器，或强制删除镜像。</translation>
    </message>
    <message>
        <source>Remove the file: a new key is made at the next start.</source>
        <translation>请移除该文件：下次启动时会生成新密钥。</translation>
    </message>
    <message>
        <source>Restart Marina.</source>
        <translation>请重启 Marina。</translation>
    </message>
    <message>
        <source>Restart it.</source>
        <translation>请重启它。</translation>
    </message>
    <message>
        <source>Restart the containers that publish them. If that does not help, restart the machine: marina restart.</source>
        <translation>请重启发布这些端口的容器。如果仍然无效，请重启虚拟机：marina restart。</translation>
    </message>
    <message>
        <source>Restart the machine.</source>
        <translation>请重启虚拟机。</translation>
    </message>
    <message>
        <source>Restart the machine: marina restart.</source>
        <translation>请重启虚拟机：marina restart。</translation>
    </message>
    <message>
        <source>Save it as a .tar archive instead.</source>
        <translation>请改为保存成 .tar 归档。</translation>
    </message>
    <message>
        <source>Save it to this computer, and open it there.</source>
        <translation>请将其保存到本机后再打开。</translation>
    </message>
    <message>
        <source>Scan it again. If it stays so, the scanner does not know this kind of image.</source>
        <translation>请重新扫描。如果仍然如此，说明扫描器不认识这类镜像。</translation>
    </message>
    <message>
        <source>Scan the image again, then save the list.</source>
        <translation>请重新扫描该镜像，然后再保存列表。</translation>
    </message>
    <message>
        <source>See its log: {0}</source>
        <translation>请查看其日志：{0}</translation>
    </message>
    <message>
        <source>See the log: supervisor.log.</source>
        <translation>请查看日志：supervisor.log。</translation>
    </message>
    <message>
        <source>See the log: {0}</source>
        <translation>请查看日志：{0}</translation>
    </message>
    <message>
        <source>Set MARINA_HOME to a folder on a disk of this computer.</source>
        <translation>请将 MARINA_HOME 设为本机磁盘上的文件夹。</translation>
    </message>
    <message>
        <source>Set MARINA_HOME to a folder with a short path.</source>
        <translation>请将 MARINA_HOME 设为路径较短的文件夹。</translation>
    </message>
    <message>
        <source>Sign in at the registry, and give the image a name that is yours there, such as ghcr.io/me/app.</source>
        <translation>请登录仓库，并使用您在那里拥有的镜像名称，例如 ghcr.io/me/app。</translation>
    </message>
    <message>
        <source>Sign in at the registry, on the page Registries.</source>
        <translation>请在“镜像仓库”页面登录该镜像仓库。</translation>
    </message>
    <message>
        <source>Sign in at the registry, or check that your account may read this image.</source>
        <translation>请登录仓库，或确认您的账户有权读取此镜像。</translation>
    </message>
    <message>
        <source>Single files can still be copied with `docker cp`.</source>
        <translation>仍可用 `docker cp` 复制单个文件。</translation>
    </message>
    <message>
        <source>Something cannot be mounted at the place that was chosen in the container</source>
        <translation>无法挂载到在容器中所选的位置</translation>
    </message>
    <message>
        <source>Something went wrong</source>
        <translation>出现了问题</translation>
    </message>
    <message>
        <source>Start Linux</source>
        <translation>启动 Linux</translation>
    </message>
    <message>
        <source>Start it again.</source>
        <translation>请重新启动。</translation>
    </message>
    <message>
        <source>Start it again. If it keeps failing, look at the console log: {0}</source>
        <translation>请重新启动。如果持续失败，请查看控制台日志：{0}</translation>
    </message>
    <message>
        <source>Start it again: no data is lost.</source>
        <translation>请重新启动：数据不会丢失。</translation>
    </message>
    <message>
        <source>Start it first.</source>
        <translation>请先启动它。</translation>
    </message>
    <message>
        <source>Start it with `marina start` or the Start button, and try again.</source>
        <translation>请用 `marina start` 或“启动”按钮启动后重试。</translation>
    </message>
    <message>
        <source>Start it, and see that you may use its socket; then try again.</source>
        <translation>请启动它，并确认您有权使用它的套接字，然后重试。</translation>
    </message>
    <message>
        <source>Start it. The files of a stopped one are on the Files tab of its page.</source>
        <translation>请启动它。已停止的容器的文件在其页面的“文件”标签中。</translation>
    </message>
    <message>
        <source>Start its services</source>
        <translation>启动其服务</translation>
    </message>
    <message>
        <source>Start over to have a new one.</source>
        <translation>请从头开始以获得新的。</translation>
    </message>
    <message>
        <source>Start ssh-agent and add a key with ssh-add, or build without lending it.</source>
        <translation>请启动 ssh-agent 并用 ssh-add 添加密钥，或者不借出代理进行构建。</translation>
    </message>
    <message>
        <source>Start the machine again.</source>
        <translation>请重新启动虚拟机。</translation>
    </message>
    <message>
        <source>Start the machine once.</source>
        <translation>请先启动一次虚拟机。</translation>
    </message>
    <message>
        <source>Start the proxy, or name another one in the settings under Network.</source>
        <translation>请启动代理，或在设置的“网络”中指定另一个代理。</translation>
    </message>
    <message>
        <source>Start the virtual machine</source>
        <translation>启动虚拟机</translation>
    </message>
    <message>
        <source>Starting engine</source>
        <translation>正在启动引擎</translation>
    </message>
    <message>
        <source>Stop it and run it anew with other settings.</source>
        <translation>请停止它，并用其他设置重新运行。</translation>
    </message>
    <message>
        <source>Stop it first, or remove it with force (`marina rm -f`).</source>
        <translation>请先停止它，或强制删除（`marina rm -f`）。</translation>
    </message>
    <message>
        <source>Stop that program, or choose another folder with MARINA_HOME.</source>
        <translation>请停止该程序，或用 MARINA_HOME 选择其他文件夹。</translation>
    </message>
    <message>
        <source>Stop the containers that use it, and try again.</source>
        <translation>请停止使用它的容器，然后重试。</translation>
    </message>
    <message>
        <source>Stop the machine and start it again.</source>
        <translation>请停止虚拟机后重新启动。</translation>
    </message>
    <message>
        <source>Stop the other virtual machine that uses it.</source>
        <translation>请停止正在使用它的另一台虚拟机。</translation>
    </message>
    <message>
        <source>Stop the program that listens there, then restart the machine.</source>
        <translation>请停止在该处监听的程序，然后重启虚拟机。</translation>
    </message>
    <message>
        <source>Stop what uses it, or choose another port of this computer.</source>
        <translation>请停止占用它的程序，或选择本机的其他端口。</translation>
    </message>
    <message>
        <source>Switch virtualization on in the computer&apos;s firmware; on Linux, join the group kvm.</source>
        <translation>请在计算机固件中启用虚拟化；在 Linux 上请加入 kvm 组。</translation>
    </message>
    <message>
        <source>Tell whoever looks after this computer.</source>
        <translation>请告知管理此计算机的人。</translation>
    </message>
    <message>
        <source>That is no name for a container</source>
        <translation>这不是有效的容器名称</translation>
    </message>
    <message>
        <source>The Docker Compose of this computer is too old for this</source>
        <translation>此计算机上的 Docker Compose 版本过旧，无法执行此操作</translation>
    </message>
    <message>
        <source>The SSH agent is there for containers</source>
        <translation>SSH 代理可供容器使用</translation>
    </message>
    <message>
        <source>The address of the engine is not valid</source>
        <translation>引擎地址无效</translation>
    </message>
    <message>
        <source>The address of the engine is not valid.</source>
        <translation>引擎地址无效。</translation>
    </message>
    <message>
        <source>The bundle cannot be written.</source>
        <translation>无法写入诊断包。</translation>
    </message>
    <message>
        <source>The certificates in {0} are not used: {1}.</source>
        <translation>未使用 {0} 中的证书：{1}。</translation>
    </message>
    <message>
        <source>The certificates in {0} cannot be used</source>
        <translation>无法使用 {0} 中的证书</translation>
    </message>
    <message>
        <source>The change failed, and so did the way back</source>
        <translation>更改失败，恢复也失败了</translation>
    </message>
    <message>
        <source>The command cannot be executed</source>
        <translation>无法执行该命令</translation>
    </message>
    <message>
        <source>The command does not exist in the image</source>
        <translation>镜像中没有该命令</translation>
    </message>
    <message>
        <source>The command ended with code {0}</source>
        <translation>命令以代码 {0} 结束</translation>
    </message>
    <message>
        <source>The connection broke</source>
        <translation>连接中断</translation>
    </message>
    <message>
        <source>The connection is opened on its way by a proxy whose certificate the engine does not know. Add the certificate of its authority in the settings, then try again.</source>
        <translation>连接在途中被代理打开，而引擎不认识该代理的证书。请在设置中添加其颁发机构的证书，然后重试。</translation>
    </message>
    <message>
        <source>The container ended at once</source>
        <translation>容器立即结束了</translation>
    </message>
    <message>
        <source>The container is kept: look for the name {0} or {1}.</source>
        <translation>容器已保留：请查找名称 {0} 或 {1}。</translation>
    </message>
    <message>
        <source>The container {0} does not run</source>
        <translation>容器 {0} 没有运行</translation>
    </message>
    <message>
        <source>The container {0} is not running</source>
        <translation>容器 {0} 未在运行</translation>
    </message>
    <message>
        <source>The container {0} is paused</source>
        <translation>容器 {0} 已暂停</translation>
    </message>
    <message>
        <source>The data disk cannot be worked on: “qemu-img {0}” failed.</source>
        <translation>无法处理数据磁盘：“qemu-img {0}”失败。</translation>
    </message>
    <message>
        <source>The data disk does not answer.</source>
        <translation>数据磁盘没有响应。</translation>
    </message>
    <message>
        <source>The data disk has no record.</source>
        <translation>数据磁盘没有记录。</translation>
    </message>
    <message>
        <source>The data disk is damaged.</source>
        <translation>数据磁盘已损坏。</translation>
    </message>
    <message>
        <source>The data disk is in use by another program.</source>
        <translation>数据磁盘正被另一个程序使用。</translation>
    </message>
    <message>
        <source>The data disk is missing.</source>
        <translation>数据磁盘丢失。</translation>
    </message>
    <message>
        <source>The data disk is sound</source>
        <translation>数据磁盘完好</translation>
    </message>
    <message>
        <source>The data disk was made by a newer Marina.</source>
        <translation>数据磁盘由更新版本的 Marina 创建。</translation>
    </message>
    <message>
        <source>The data is in this folder already.</source>
        <translation>数据已在此文件夹中。</translation>
    </message>
    <message>
        <source>The disk of this computer is full, so the containers are held.</source>
        <translation>本机磁盘已满，因此容器已暂停。</translation>
    </message>
    <message>
        <source>The disk of this computer is full.</source>
        <translation>本机磁盘已满。</translation>
    </message>
    <message>
        <source>The docker command is free to reach it</source>
        <translation>docker 命令可以连接到它</translation>
    </message>
    <message>
        <source>The download is not what was signed</source>
        <translation>下载的内容与签名不符</translation>
    </message>
    <message>
        <source>The download of {0} was interrupted</source>
        <translation>{0} 的下载被中断</translation>
    </message>
    <message>
        <source>The engine answers</source>
        <translation>引擎有应答</translation>
    </message>
    <message>
        <source>The engine could not do that</source>
        <translation>引擎未能完成此操作</translation>
    </message>
    <message>
        <source>The engine does not answer</source>
        <translation>引擎没有应答</translation>
    </message>
    <message>
        <source>The engine does not answer: {0}</source>
        <translation>引擎没有应答：{0}</translation>
    </message>
    <message>
        <source>The engine does not understand its arguments.</source>
        <translation>引擎无法理解给它的参数。</translation>
    </message>
    <message>
        <source>The engine has {0} of them.</source>
        <translation>该引擎共有 {0} 个。</translation>
    </message>
    <message>
        <source>The engine is not running</source>
        <translation>引擎未运行</translation>
    </message>
    <message>
        <source>The engine refused that</source>
        <translation>引擎拒绝了此操作</translation>
    </message>
    <message>
        <source>The engine sent another image under its name.</source>
        <translation>该引擎以此名称发送了另一个镜像。</translation>
    </message>
    <message>
        <source>The engine&apos;s answer makes no sense</source>
        <translation>无法理解引擎的应答</translation>
    </message>
    <message>
        <source>The engine&apos;s disk is full</source>
        <translation>引擎的磁盘已满</translation>
    </message>
    <message>
        <source>The file cannot be written.</source>
        <translation>无法写入文件。</translation>
    </message>
    <message>
        <source>The file exists already.</source>
        <translation>文件已存在。</translation>
    </message>
    <message>
        <source>The file is no data disk of Marina.</source>
        <translation>该文件不是 Marina 的数据磁盘。</translation>
    </message>
    <message>
        <source>The file is there already.</source>
        <translation>文件已存在。</translation>
    </message>
    <message>
        <source>The file {0} is too large for variables</source>
        <translation>文件 {0} 过大，无法作为变量文件</translation>
    </message>
    <message>
        <source>The file {0} with variables cannot be read</source>
        <translation>无法读取变量文件 {0}</translation>
    </message>
    <message>
        <source>The files cannot be written</source>
        <translation>无法写入文件</translation>
    </message>
    <message>
        <source>The fixed settings in {0} are not used: {1}.</source>
        <translation>未使用 {0} 中的固定设置：{1}。</translation>
    </message>
    <message>
        <source>The folder cannot be packed</source>
        <translation>无法打包文件夹</translation>
    </message>
    <message>
        <source>The folder holds more than can be shown</source>
        <translation>文件夹中的内容过多，无法全部显示</translation>
    </message>
    <message>
        <source>The folder {0} is not shared: {1}.</source>
        <translation>文件夹 {0} 未共享：{1}。</translation>
    </message>
    <message>
        <source>The folder {0} is not there</source>
        <translation>文件夹 {0} 不存在</translation>
    </message>
    <message>
        <source>The folder&apos;s path is too long for the machine&apos;s sockets.</source>
        <translation>文件夹路径过长，虚拟机的套接字无法使用。</translation>
    </message>
    <message>
        <source>The former version goes on.</source>
        <translation>继续使用之前的版本。</translation>
    </message>
    <message>
        <source>The image has several names</source>
        <translation>镜像有多个名称</translation>
    </message>
    <message>
        <source>The image is used by a container</source>
        <translation>镜像正被容器使用</translation>
    </message>
    <message>
        <source>The image of {0} is not here</source>
        <translation>{0} 的镜像不在这里</translation>
    </message>
    <message>
        <source>The list is made by the scanner, from what it found before.</source>
        <translation>该列表由扫描器根据之前的结果生成。</translation>
    </message>
    <message>
        <source>The list of engines cannot be written</source>
        <translation>无法写入引擎列表</translation>
    </message>
    <message>
        <source>The list of packages could not be made</source>
        <translation>无法生成软件包列表</translation>
    </message>
    <message>
        <source>The list of releases cannot be read</source>
        <translation>无法读取发布列表</translation>
    </message>
    <message>
        <source>The list of releases is out of date</source>
        <translation>发布列表已过期</translation>
    </message>
    <message>
        <source>The list of vulnerabilities could not be fetched</source>
        <translation>无法获取漏洞列表</translation>
    </message>
    <message>
        <source>The log driver {0} has no option {1}</source>
        <translation>日志驱动 {0} 没有选项 {1}</translation>
    </message>
    <message>
        <source>The log option compress must be &quot;true&quot; or &quot;false&quot;, as a text</source>
        <translation>日志选项 compress 必须是文本 &quot;true&quot; 或 &quot;false&quot;</translation>
    </message>
    <message>
        <source>The log option compress needs max-size, and a max-file of 2 at least</source>
        <translation>日志选项 compress 需要设置 max-size，且 max-file 至少为 2</translation>
    </message>
    <message>
        <source>The log option max-buffer-size must be a size such as &quot;4m&quot;, with the mode non-blocking</source>
        <translation>日志选项 max-buffer-size 必须是大小，例如 &quot;4m&quot;，且 mode 须为 non-blocking</translation>
    </message>
    <message>
        <source>The log option max-file must be a text such as &quot;3&quot;, from 1 to {0}</source>
        <translation>日志选项 max-file 必须是文本，例如 &quot;3&quot;，范围为 1 到 {0}</translation>
    </message>
    <message>
        <source>The log option max-size must be a size such as &quot;10m&quot;</source>
        <translation>日志选项 max-size 必须是大小，例如 &quot;10m&quot;</translation>
    </message>
    <message>
        <source>The log option mode must be blocking or non-blocking</source>
        <translation>日志选项 mode 必须是 blocking 或 non-blocking</translation>
    </message>
    <message>
        <source>The log option {0} is no regular expression</source>
        <translation>日志选项 {0} 不是正则表达式</translation>
    </message>
    <message>
        <source>The machine cannot be paused.</source>
        <translation>无法暂停虚拟机。</translation>
    </message>
    <message>
        <source>The machine cannot be suspended.</source>
        <translation>无法挂起虚拟机。</translation>
    </message>
    <message>
        <source>The machine could not start: {0} failed.</source>
        <translation>虚拟机无法启动：{0} 失败。</translation>
    </message>
    <message>
        <source>The machine did not come up: “{0}” took longer than {1} s.</source>
        <translation>虚拟机未能启动：“{0}”用时超过 {1} 秒。</translation>
    </message>
    <message>
        <source>The machine did not start.</source>
        <translation>虚拟机未能启动。</translation>
    </message>
    <message>
        <source>The machine does not carry out a command.</source>
        <translation>虚拟机无法执行命令。</translation>
    </message>
    <message>
        <source>The machine does not do what was asked.</source>
        <translation>虚拟机没有执行所要求的操作。</translation>
    </message>
    <message>
        <source>The machine does not go on.</source>
        <translation>虚拟机无法继续运行。</translation>
    </message>
    <message>
        <source>The machine does not run, or is held.</source>
        <translation>虚拟机未运行或已暂停。</translation>
    </message>
    <message>
        <source>The machine does not run.</source>
        <translation>虚拟机未运行。</translation>
    </message>
    <message>
        <source>The machine does not start with the settings in {0}: {1} Using the last good ones.</source>
        <translation>虚拟机无法用 {0} 中的设置启动：{1} 将使用上次有效的设置。</translation>
    </message>
    <message>
        <source>The machine is not connected yet.</source>
        <translation>虚拟机尚未连接。</translation>
    </message>
    <message>
        <source>The machine is not the one known here.</source>
        <translation>这不是本机所知的那台虚拟机。</translation>
    </message>
    <message>
        <source>The machine is reached</source>
        <translation>可以连接到虚拟机</translation>
    </message>
    <message>
        <source>The machine is {0}</source>
        <translation>虚拟机的状态是 {0}</translation>
    </message>
    <message>
        <source>The machine of this computer cannot be removed</source>
        <translation>本机的虚拟机不能移除</translation>
    </message>
    <message>
        <source>The machine runs without hardware acceleration and is slow</source>
        <translation>虚拟机没有硬件加速，运行较慢</translation>
    </message>
    <message>
        <source>The machine was started anew instead of going on: {0}.</source>
        <translation>虚拟机已重新启动，而不是继续运行：{0}。</translation>
    </message>
    <message>
        <source>The machine&apos;s QEMU is gone.</source>
        <translation>虚拟机的 QEMU 已不存在。</translation>
    </message>
    <message>
        <source>The machine&apos;s SSH key cannot be read.</source>
        <translation>无法读取虚拟机的 SSH 密钥。</translation>
    </message>
    <message>
        <source>The machine&apos;s clock is right</source>
        <translation>虚拟机的时钟正确</translation>
    </message>
    <message>
        <source>The machine&apos;s folder cannot be locked, and two machines at once would destroy its disk.</source>
        <translation>无法锁定虚拟机的文件夹；两个虚拟机同时运行会损坏其磁盘。</translation>
    </message>
    <message>
        <source>The machine&apos;s identity cannot be read.</source>
        <translation>无法读取虚拟机的身份。</translation>
    </message>
    <message>
        <source>The machine&apos;s identity is not known.</source>
        <translation>虚拟机的身份未知。</translation>
    </message>
    <message>
        <source>The machine&apos;s image is not complete.</source>
        <translation>虚拟机镜像不完整。</translation>
    </message>
    <message>
        <source>The machine&apos;s image is whole</source>
        <translation>虚拟机镜像完整</translation>
    </message>
    <message>
        <source>The machine&apos;s run folder is not safe.</source>
        <translation>虚拟机的运行文件夹不安全。</translation>
    </message>
    <message>
        <source>The machine&apos;s settings are not valid.</source>
        <translation>虚拟机的设置无效。</translation>
    </message>
    <message>
        <source>The machine&apos;s supervisor ended without an answer</source>
        <translation>虚拟机的监管进程未应答就结束了</translation>
    </message>
    <message>
        <source>The name is too long: at most 255 characters.</source>
        <translation>名称过长：最多 255 个字符。</translation>
    </message>
    <message>
        <source>The name of the engine is not valid</source>
        <translation>引擎名称无效</translation>
    </message>
    <message>
        <source>The name of the image is missing.</source>
        <translation>缺少镜像名称。</translation>
    </message>
    <message>
        <source>The old backup {0} cannot be deleted</source>
        <translation>无法删除旧备份 {0}</translation>
    </message>
    <message>
        <source>The options are nested too deeply</source>
        <translation>选项嵌套过深</translation>
    </message>
    <message>
        <source>The options are too long</source>
        <translation>选项过长</translation>
    </message>
    <message>
        <source>The options must be an object: {&quot;name&quot;: value, …}</source>
        <translation>选项必须是一个对象：{&quot;名称&quot;: 值, …}</translation>
    </message>
    <message>
        <source>The plan for backups is not valid</source>
        <translation>备份计划无效</translation>
    </message>
    <message>
        <source>The plans for backups cannot be read</source>
        <translation>无法读取备份计划</translation>
    </message>
    <message>
        <source>The plans for backups cannot be written</source>
        <translation>无法写入备份计划</translation>
    </message>
    <message>
        <source>The port is taken by another container or program</source>
        <translation>端口已被其他容器或程序占用</translation>
    </message>
    <message>
        <source>The port is taken: {0}</source>
        <translation>端口已被占用：{0}</translation>
    </message>
    <message>
        <source>The processor helps</source>
        <translation>处理器支持加速</translation>
    </message>
    <message>
        <source>The proxy is reached</source>
        <translation>可以连接到代理</translation>
    </message>
    <message>
        <source>The proxy looks names up.</source>
        <translation>域名由代理解析。</translation>
    </message>
    <message>
        <source>The proxy {0} cannot be reached: {1}</source>
        <translation>无法连接到代理 {0}：{1}</translation>
    </message>
    <message>
        <source>The range of addresses is used by another network, or by the engine&apos;s own</source>
        <translation>该地址范围已被另一个网络或引擎自身使用</translation>
    </message>
    <message>
        <source>The registry does not let you pull {0} without signing in</source>
        <translation>未登录时，仓库不允许拉取 {0}</translation>
    </message>
    <message>
        <source>The registry does not let you push {0}</source>
        <translation>仓库不允许您推送 {0}</translation>
    </message>
    <message>
        <source>The registry has no image {0}</source>
        <translation>仓库中没有镜像 {0}</translation>
    </message>
    <message>
        <source>The registry limits how often you may pull, and the limit is reached</source>
        <translation>仓库限制拉取频率，且已达到上限</translation>
    </message>
    <message>
        <source>The registry limits how often you may pull: the next pull is possible in {0} minutes</source>
        <translation>镜像仓库限制拉取次数：{0} 分钟后才能再次拉取</translation>
    </message>
    <message>
        <source>The registry of {0} cannot be reached</source>
        <translation>无法访问 {0} 的仓库</translation>
    </message>
    <message>
        <source>The registry {0} offers no search</source>
        <translation>仓库 {0} 不提供搜索</translation>
    </message>
    <message>
        <source>The registry&apos;s certificate is not trusted, or the registry does not speak HTTPS</source>
        <translation>仓库的证书不受信任，或仓库不使用 HTTPS</translation>
    </message>
    <message>
        <source>The release is not complete</source>
        <translation>发布不完整</translation>
    </message>
    <message>
        <source>The result of the scan could not be kept</source>
        <translation>无法保存扫描结果</translation>
    </message>
    <message>
        <source>The scanner could not read {0}</source>
        <translation>扫描器无法读取 {0}</translation>
    </message>
    <message>
        <source>The scanner has no list of vulnerabilities yet</source>
        <translation>扫描器还没有漏洞列表</translation>
    </message>
    <message>
        <source>The scanner is not on this engine</source>
        <translation>此引擎上没有扫描器</translation>
    </message>
    <message>
        <source>The secret {0} cannot be read</source>
        <translation>无法读取机密 {0}</translation>
    </message>
    <message>
        <source>The secrets are too large</source>
        <translation>机密过大</translation>
    </message>
    <message>
        <source>The server offers something older than what was seen before</source>
        <translation>服务器提供的内容比之前见过的更旧</translation>
    </message>
    <message>
        <source>The setting cannot be kept</source>
        <translation>无法保存此设置</translation>
    </message>
    <message>
        <source>The setting engine_args is: {0}
{1}</source>
        <translation>设置 engine_args 为：{0}
{1}</translation>
    </message>
    <message>
        <source>The setting {0} is fixed by {1}</source>
        <translation>设置 {0} 已由 {1} 固定</translation>
    </message>
    <message>
        <source>The setting {0} that is fixed in {1} is not used: {2}.</source>
        <translation>未使用 {1} 中固定的设置 {0}：{2}。</translation>
    </message>
    <message>
        <source>The settings are valid</source>
        <translation>设置有效</translation>
    </message>
    <message>
        <source>The settings ask for it, but it belongs to another system. Here there is {0}.</source>
        <translation>设置要求使用它，但它属于其他系统。此处可用的是 {0}。</translation>
    </message>
    <message>
        <source>The settings ask for {0}. Let Marina find what works: marina settings accelerator auto</source>
        <translation>设置要求使用 {0}。让 Marina 自行选择可用的方式：marina settings accelerator auto</translation>
    </message>
    <message>
        <source>The settings cannot be written</source>
        <translation>无法写入设置</translation>
    </message>
    <message>
        <source>The settings in {0} are not valid: {1}. Using {2}.</source>
        <translation>{0} 中的设置无效：{1}。将使用 {2}。</translation>
    </message>
    <message>
        <source>The shared folder {0} cannot be used: {1}. Containers find nothing there.</source>
        <translation>共享文件夹 {0} 无法使用：{1}。容器在其中找不到任何内容。</translation>
    </message>
    <message>
        <source>The shared folders are there</source>
        <translation>共享文件夹可用</translation>
    </message>
    <message>
        <source>The sign-in cannot be kept</source>
        <translation>无法保存登录信息</translation>
    </message>
    <message>
        <source>The socket for Docker clients cannot be made.</source>
        <translation>无法创建供 Docker 客户端使用的套接字。</translation>
    </message>
    <message>
        <source>The start at login cannot be removed</source>
        <translation>无法取消登录时启动</translation>
    </message>
    <message>
        <source>The start at login cannot be set up</source>
        <translation>无法设置登录时启动</translation>
    </message>
    <message>
        <source>The supervisor answers</source>
        <translation>监管进程有应答</translation>
    </message>
    <message>
        <source>The supervisor ended before the work was done.</source>
        <translation>监管进程在工作完成之前就结束了。</translation>
    </message>
    <message>
        <source>The supervisor hands names on to this computer&apos;s resolver: restart the machine.</source>
        <translation>监管进程会将域名转交本机解析：请重启虚拟机。</translation>
    </message>
    <message>
        <source>The supervisor refused.</source>
        <translation>监管进程拒绝了请求。</translation>
    </message>
    <message>
        <source>The supervisor&apos;s answer cannot be read.</source>
        <translation>无法读取监管进程的应答。</translation>
    </message>
    <message>
        <source>The supervisor&apos;s socket cannot be made.</source>
        <translation>无法创建监管进程的套接字。</translation>
    </message>
    <message>
        <source>The update cannot be kept on this computer</source>
        <translation>无法在本机保存更新</translation>
    </message>
    <message>
        <source>The update cannot be put in place</source>
        <translation>无法安装更新</translation>
    </message>
    <message>
        <source>The update cannot be unpacked</source>
        <translation>无法解压更新</translation>
    </message>
    <message>
        <source>The update is not the version that it is said to be</source>
        <translation>更新的版本与声明的不符</translation>
    </message>
    <message>
        <source>The update server cannot be trusted</source>
        <translation>更新服务器不可信</translation>
    </message>
    <message>
        <source>The update server does not answer</source>
        <translation>更新服务器没有应答</translation>
    </message>
    <message>
        <source>The virtual machine ended while it started.</source>
        <translation>虚拟机在启动过程中结束了。</translation>
    </message>
    <message>
        <source>The virtual machine has ended unexpectedly.</source>
        <translation>虚拟机意外结束。</translation>
    </message>
    <message>
        <source>The virtual machine runs</source>
        <translation>虚拟机正在运行</translation>
    </message>
    <message>
        <source>The volume is as it was.</source>
        <translation>卷保持原样。</translation>
    </message>
    <message>
        <source>The volume {0} could not be read whole</source>
        <translation>卷 {0} 未能完整读取</translation>
    </message>
    <message>
        <source>The work failed.</source>
        <translation>操作失败。</translation>
    </message>
    <message>
        <source>The work was called off.</source>
        <translation>操作已取消。</translation>
    </message>
    <message>
        <source>There are: {0}.</source>
        <translation>现有：{0}。</translation>
    </message>
    <message>
        <source>There is a snapshot “{0}” already.</source>
        <translation>快照“{0}”已存在。</translation>
    </message>
    <message>
        <source>There is a volume {0} already</source>
        <translation>卷 {0} 已存在</translation>
    </message>
    <message>
        <source>There is an empty part between two slashes.</source>
        <translation>两个斜杠之间是空的。</translation>
    </message>
    <message>
        <source>There is an engine named {0} already</source>
        <translation>已有名为 {0} 的引擎</translation>
    </message>
    <message>
        <source>There is another container called {0}</source>
        <translation>已有另一个名为 {0} 的容器</translation>
    </message>
    <message>
        <source>There is no SSH agent on this computer</source>
        <translation>本机没有 SSH 代理</translation>
    </message>
    <message>
        <source>There is no container {0}</source>
        <translation>没有容器 {0}</translation>
    </message>
    <message>
        <source>There is no data disk yet.</source>
        <translation>还没有数据磁盘。</translation>
    </message>
    <message>
        <source>There is no engine named {0}</source>
        <translation>没有名为 {0} 的引擎</translation>
    </message>
    <message>
        <source>There is no former version to go back to</source>
        <translation>没有可以恢复的旧版本</translation>
    </message>
    <message>
        <source>There is no image {0} on this machine</source>
        <translation>本机没有镜像 {0}</translation>
    </message>
    <message>
        <source>There is no option {0}; there are {1}</source>
        <translation>没有选项 {0}；可用的有 {1}</translation>
    </message>
    <message>
        <source>There is no snapshot “{0}”.</source>
        <translation>没有快照“{0}”。</translation>
    </message>
    <message>
        <source>There is no such file</source>
        <translation>没有此文件</translation>
    </message>
    <message>
        <source>There is no such file.</source>
        <translation>没有该文件。</translation>
    </message>
    <message>
        <source>There is no such folder.</source>
        <translation>没有该文件夹。</translation>
    </message>
    <message>
        <source>There is no volume {0}</source>
        <translation>没有名为 {0} 的卷</translation>
    </message>
    <message>
        <source>There is no {0}</source>
        <translation>没有 {0}</translation>
    </message>
    <message>
        <source>There is no {0} in {1}</source>
        <translation>{1} 中没有 {0}</translation>
    </message>
    <message>
        <source>There is no {0} {1} there</source>
        <translation>那里没有 {0} {1}</translation>
    </message>
    <message>
        <source>There is none, so containers that ask for it are refused: {0} If you have one: run `marina start` in the terminal where SSH_AUTH_SOCK is set.</source>
        <translation>没有代理，因此会拒绝请求它的容器：{0} 如果您有代理：请在已设置 SSH_AUTH_SOCK 的终端中运行 `marina start`。</translation>
    </message>
    <message>
        <source>There is not enough space.</source>
        <translation>空间不足。</translation>
    </message>
    <message>
        <source>This Marina does not know where updates come from</source>
        <translation>此 Marina 不知道更新来自何处</translation>
    </message>
    <message>
        <source>This Marina has no program for the command line</source>
        <translation>此 Marina 没有命令行程序</translation>
    </message>
    <message>
        <source>This Marina runs from its source</source>
        <translation>此 Marina 从源代码运行</translation>
    </message>
    <message>
        <source>This cannot be the name of a snapshot.</source>
        <translation>这不能用作快照名称。</translation>
    </message>
    <message>
        <source>This computer does not find {0}: {1}</source>
        <translation>本机找不到 {0}：{1}</translation>
    </message>
    <message>
        <source>This computer does not have the address that the port was to be opened on</source>
        <translation>本机没有要打开该端口的地址</translation>
    </message>
    <message>
        <source>This computer does not let you use a port below 1024</source>
        <translation>本机不允许您使用 1024 以下的端口</translation>
    </message>
    <message>
        <source>This computer has memory</source>
        <translation>本机内存充足</translation>
    </message>
    <message>
        <source>This computer has no accelerator called {0}.</source>
        <translation>此计算机没有名为 {0} 的加速器。</translation>
    </message>
    <message>
        <source>This computer&apos;s disk has space</source>
        <translation>本机磁盘空间充足</translation>
    </message>
    <message>
        <source>This engine does not ask registries for tags</source>
        <translation>此引擎不会向镜像仓库查询标签</translation>
    </message>
    <message>
        <source>This engine does not look into volumes</source>
        <translation>此引擎无法查看卷的内容</translation>
    </message>
    <message>
        <source>This engine does not tell the files of a layer</source>
        <translation>此引擎不提供层中的文件</translation>
    </message>
    <message>
        <source>This engine takes no SSH agent from the window</source>
        <translation>此引擎不接受窗口借出的 SSH 代理</translation>
    </message>
    <message>
        <source>This image has no shell to list its files with</source>
        <translation>此镜像没有可用于列出文件的 shell</translation>
    </message>
    <message>
        <source>To fetch one: marina update</source>
        <translation>获取更新：marina update</translation>
    </message>
    <message>
        <source>To go on: marina resume</source>
        <translation>继续运行：marina resume</translation>
    </message>
    <message>
        <source>Try again without the arguments of your settings: marina settings engine_args --empty</source>
        <translation>请去掉设置中的参数后重试：marina settings engine_args --empty</translation>
    </message>
    <message>
        <source>Try again, or restart it.</source>
        <translation>请重试，或将其重启。</translation>
    </message>
    <message>
        <source>Try again.</source>
        <translation>请重试。</translation>
    </message>
    <message>
        <source>Try again. If it fails again, restart the engine (`marina restart`).</source>
        <translation>请重试。如果再次失败，请重启引擎（`marina restart`）。</translation>
    </message>
    <message>
        <source>Try again. If it keeps failing, look at the console log.</source>
        <translation>请重试。如果持续失败，请查看控制台日志。</translation>
    </message>
    <message>
        <source>Try again. If the engine has stopped, start it with `marina start`.</source>
        <translation>请重试。如果引擎已停止，请用 `marina start` 启动。</translation>
    </message>
    <message>
        <source>Try again: layers that are complete are kept.</source>
        <translation>请重试：已完成的层会保留。</translation>
    </message>
    <message>
        <source>Try again; its log is supervisor.log in Marina&apos;s data folder.</source>
        <translation>请重试；其日志是 Marina 数据文件夹中的 supervisor.log。</translation>
    </message>
    <message>
        <source>Type the name of an image, for example nginx:1.27.</source>
        <translation>请输入镜像名称，例如 nginx:1.27。</translation>
    </message>
    <message>
        <source>Unset DOCKER_HOST to reach Marina by `marina docker-context --use`.</source>
        <translation>请取消设置 DOCKER_HOST，以便用 `marina docker-context --use` 连接 Marina。</translation>
    </message>
    <message>
        <source>Update Marina and restart it.</source>
        <translation>请更新 Marina 并重启。</translation>
    </message>
    <message>
        <source>Update Marina.</source>
        <translation>请更新 Marina。</translation>
    </message>
    <message>
        <source>Update it as you got it: git pull</source>
        <translation>请按获取它的方式更新：git pull</translation>
    </message>
    <message>
        <source>Use `python -m app.cli` there, or install Marina.</source>
        <translation>请在那里使用 `python -m app.cli`，或安装 Marina。</translation>
    </message>
    <message>
        <source>Visual Studio Code could not be started</source>
        <translation>无法启动 Visual Studio Code</translation>
    </message>
    <message>
        <source>Visual Studio Code did not open the container</source>
        <translation>Visual Studio Code 没有打开该容器</translation>
    </message>
    <message>
        <source>Wait a while, or sign in at the registry: signed-in users may pull more often.</source>
        <translation>请稍等，或登录仓库：登录用户可以更频繁地拉取。</translation>
    </message>
    <message>
        <source>Wait for the engine</source>
        <translation>等待引擎</translation>
    </message>
    <message>
        <source>Wait so long, or sign in at the registry: signed-in users may pull more often.</source>
        <translation>请等待这段时间，或登录镜像仓库：已登录的用户可以更频繁地拉取。</translation>
    </message>
    <message>
        <source>Waiting for the port</source>
        <translation>正在等待端口</translation>
    </message>
    <message>
        <source>What it had done stays. Start it again: it goes on from there.</source>
        <translation>已完成的部分会保留。请重新启动：它将从中断处继续。</translation>
    </message>
    <message>
        <source>What it needs did not arrive: {0}.</source>
        <translation>它需要的内容未能到达：{0}。</translation>
    </message>
    <message>
        <source>What it wrote outside of volumes stays there: make an image of it first to keep that.</source>
        <translation>它在卷之外写入的内容会留在原处：要保留它们，请先将其保存为镜像。</translation>
    </message>
    <message>
        <source>Where terminals find marina cannot be changed</source>
        <translation>无法更改终端查找 marina 的位置</translation>
    </message>
    <message>
        <source>Whether the window opens at login cannot be changed</source>
        <translation>无法更改登录时是否打开窗口</translation>
    </message>
    <message>
        <source>Windows has names of letters, not of bytes</source>
        <translation>Windows 的文件名由字符而非字节组成</translation>
    </message>
    <message>
        <source>With these settings it ends at once, with exit code {0}</source>
        <translation>使用这些设置时它立即结束，退出代码为 {0}</translation>
    </message>
    <message>
        <source>Write a number such as 0.5 or 2.</source>
        <translation>请输入数字，例如 0.5 或 2。</translation>
    </message>
    <message>
        <source>Write a size such as 512m or 2g.</source>
        <translation>请输入大小，例如 512m 或 2g。</translation>
    </message>
    <message>
        <source>Write each variable on a line of its own as NAME=value.</source>
        <translation>请将每个变量单独写一行，形式为 NAME=value。</translation>
    </message>
    <message>
        <source>Write it as node, 1000, or 1000:1000 with a group.</source>
        <translation>请写成 node、1000，或带用户组的 1000:1000。</translation>
    </message>
    <message>
        <source>Write unix:///path, ssh://user@host or tcp://host:port with the folder of its TLS files.</source>
        <translation>请写成 unix:///path、ssh://user@host，或 tcp://host:port 并附上其 TLS 文件的文件夹。</translation>
    </message>
    <message>
        <source>You have paused the machine.</source>
        <translation>您已暂停虚拟机。</translation>
    </message>
    <message>
        <source>`marina engine list` shows them.</source>
        <translation>`marina engine list` 会列出它们。</translation>
    </message>
    <message>
        <source>`qemu-img {0}` took more than {1} s.</source>
        <translation>`qemu-img {0}` 用时超过 {1} 秒。</translation>
    </message>
    <message>
        <source>a new connection and a command took {0} s; load and memory: {1}</source>
        <translation>新建连接并执行命令用时 {0} 秒；负载和内存：{1}</translation>
    </message>
    <message>
        <source>answered within {0} ms at {1}</source>
        <translation>{1} 在 {0} 毫秒内应答</translation>
    </message>
    <message>
        <source>found: {0}</source>
        <translation>找到：{0}</translation>
    </message>
    <message>
        <source>host key: {0}</source>
        <translation>主机密钥：{0}</translation>
    </message>
    <message>
        <source>no connection to the machine</source>
        <translation>没有到虚拟机的连接</translation>
    </message>
    <message>
        <source>none is set</source>
        <translation>未设置</translation>
    </message>
    <message>
        <source>port {0} of 127.0.0.1: {1}</source>
        <translation>127.0.0.1 的端口 {0}：{1}</translation>
    </message>
    <message>
        <source>process {0}, the machine is {1}</source>
        <translation>进程 {0}，虚拟机的状态是 {1}</translation>
    </message>
    <message>
        <source>process {0}, {1}, {2} MB</source>
        <translation>进程 {0}，{1}，{2} MB</translation>
    </message>
    <message>
        <source>reached from the machine: {0}</source>
        <translation>可从虚拟机访问：{0}</translation>
    </message>
    <message>
        <source>tar ended with code {0}.</source>
        <translation>tar 以代码 {0} 结束。</translation>
    </message>
    <message>
        <source>the machine has not come so far that it could be reached</source>
        <translation>虚拟机尚未启动到可以连接的程度</translation>
    </message>
    <message>
        <source>the machine is not connected yet</source>
        <translation>虚拟机尚未连接</translation>
    </message>
    <message>
        <source>the machine&apos;s command failed with status {0}: {1}</source>
        <translation>虚拟机的命令失败，状态 {0}：{1}</translation>
    </message>
    <message>
        <source>version {0} in {1}</source>
        <translation>版本 {0}，位于 {1}</translation>
    </message>
    <message>
        <source>within 2 s of this computer&apos;s</source>
        <translation>与本机时钟相差不到 2 秒</translation>
    </message>
    <message>
        <source>{&quot;max-size&quot;: &quot;10m&quot;}</source>
        <translation>{&quot;max-size&quot;: &quot;10m&quot;}</translation>
    </message>
    <message>
        <source>{&quot;nofile&quot;: {&quot;Soft&quot;: 1024, &quot;Hard&quot;: 4096}}</source>
        <translation>{&quot;nofile&quot;: {&quot;Soft&quot;: 1024, &quot;Hard&quot;: 4096}}</translation>
    </message>
    <message>
        <source>{0} GiB are free in {1}</source>
        <translation>{1} 中有 {0} GiB 可用</translation>
    </message>
    <message>
        <source>{0} GiB of {1} GiB</source>
        <translation>{0} GiB / {1} GiB</translation>
    </message>
    <message>
        <source>{0} MB are free in {1}, {2} MB are needed.</source>
        <translation>{1} 中有 {0} MB 可用，需要 {2} MB。</translation>
    </message>
    <message>
        <source>{0} MB are free in {1}; the machine goes on by itself at {2} MB.</source>
        <translation>{1} 中有 {0} MB 可用；达到 {2} MB 时虚拟机会自动继续运行。</translation>
    </message>
    <message>
        <source>{0} MB are needed in {1}</source>
        <translation>{1} 中需要 {0} MB</translation>
    </message>
    <message>
        <source>{0} MB of {1} MB are free</source>
        <translation>{1} MB 中有 {0} MB 可用</translation>
    </message>
    <message>
        <source>{0} belongs to another user or can be written by others.</source>
        <translation>{0} 属于其他用户，或可被其他人写入。</translation>
    </message>
    <message>
        <source>{0} belongs to it and stays.</source>
        <translation>{0} 属于该程序，会保留。</translation>
    </message>
    <message>
        <source>{0} cannot be imported</source>
        <translation>无法导入 {0}</translation>
    </message>
    <message>
        <source>{0} cannot be opened</source>
        <translation>无法打开 {0}</translation>
    </message>
    <message>
        <source>{0} cannot be opened: {1}</source>
        <translation>无法打开 {0}：{1}</translation>
    </message>
    <message>
        <source>{0} cannot be reached from the machine: {1}</source>
        <translation>无法从虚拟机访问 {0}：{1}</translation>
    </message>
    <message>
        <source>{0} cannot be read</source>
        <translation>无法读取 {0}</translation>
    </message>
    <message>
        <source>{0} cannot be understood</source>
        <translation>无法理解 {0}</translation>
    </message>
    <message>
        <source>{0} cannot be written</source>
        <translation>无法写入 {0}</translation>
    </message>
    <message>
        <source>{0} containers run and would lose their connections: stop them first.</source>
        <translation>有 {0} 个容器正在运行，其连接将会断开：请先停止它们。</translation>
    </message>
    <message>
        <source>{0} corruptions, {1} errors.</source>
        <translation>{0} 处损坏，{1} 个错误。</translation>
    </message>
    <message>
        <source>{0} could not be copied</source>
        <translation>无法复制 {0}</translation>
    </message>
    <message>
        <source>{0} could not be deleted</source>
        <translation>无法删除 {0}</translation>
    </message>
    <message>
        <source>{0} could not be written</source>
        <translation>无法写入 {0}</translation>
    </message>
    <message>
        <source>{0} did not arrive as it is there</source>
        <translation>{0} 到达后与原处不同</translation>
    </message>
    <message>
        <source>{0} does not answer</source>
        <translation>{0} 没有应答</translation>
    </message>
    <message>
        <source>{0} does not answer.</source>
        <translation>{0} 没有应答。</translation>
    </message>
    <message>
        <source>{0} does not exist for this machine&apos;s processor</source>
        <translation>{0} 没有适用于此处理器的版本</translation>
    </message>
    <message>
        <source>{0} does not run</source>
        <translation>{0} 未运行</translation>
    </message>
    <message>
        <source>{0} does not say {1}.</source>
        <translation>{0} 没有说明 {1}。</translation>
    </message>
    <message>
        <source>{0} ended with code {1}</source>
        <translation>{0} 以代码 {1} 结束</translation>
    </message>
    <message>
        <source>{0} has a setting of its own: {1}</source>
        <translation>{0} 有自己的设置：{1}</translation>
    </message>
    <message>
        <source>{0} has been changed meanwhile</source>
        <translation>{0} 在此期间已被更改</translation>
    </message>
    <message>
        <source>{0} has letters that stand for others on Windows</source>
        <translation>{0} 含有在 Windows 上代表其他字符的字符</translation>
    </message>
    <message>
        <source>{0} has no {1}</source>
        <translation>{0} 没有 {1}</translation>
    </message>
    <message>
        <source>{0} has {1} bytes, {2} are allowed.</source>
        <translation>{0} 有 {1} 字节，最多允许 {2} 字节。</translation>
    </message>
    <message>
        <source>{0} has {1} bytes, {2} are right.</source>
        <translation>{0} 有 {1} 字节，应为 {2} 字节。</translation>
    </message>
    <message>
        <source>{0} held your images, containers and volumes when the machine last ran.</source>
        <translation>虚拟机上次运行时，{0} 保存着您的镜像、容器和卷。</translation>
    </message>
    <message>
        <source>{0} holds more than {1} MB</source>
        <translation>{0} 超过 {1} MB</translation>
    </message>
    <message>
        <source>{0} holds more than {1} files and folders</source>
        <translation>{0} 中的文件和文件夹超过 {1} 个</translation>
    </message>
    <message>
        <source>{0} is another user&apos;s</source>
        <translation>{0} 属于其他用户</translation>
    </message>
    <message>
        <source>{0} is busy</source>
        <translation>{0} 正忙</translation>
    </message>
    <message>
        <source>{0} is chosen by the machine, which would not find its engine otherwise</source>
        <translation>{0} 由虚拟机决定，否则它将找不到引擎</translation>
    </message>
    <message>
        <source>{0} is damaged: its SHA-256 is {1}.</source>
        <translation>{0} 已损坏：其 SHA-256 为 {1}。</translation>
    </message>
    <message>
        <source>{0} is empty</source>
        <translation>{0} 是空文件</translation>
    </message>
    <message>
        <source>{0} is missing or not readable.</source>
        <translation>{0} 丢失或无法读取。</translation>
    </message>
    <message>
        <source>{0} is missing.</source>
        <translation>{0} 丢失。</translation>
    </message>
    <message>
        <source>{0} is no archive that can be unpacked</source>
        <translation>{0} 不是可以解包的归档文件</translation>
    </message>
    <message>
        <source>{0} is no compose file</source>
        <translation>{0} 不是 compose 文件</translation>
    </message>
    <message>
        <source>{0} is no folder</source>
        <translation>{0} 不是文件夹</translation>
    </message>
    <message>
        <source>{0} is no machine of this computer</source>
        <translation>{0} 不是本机的虚拟机</translation>
    </message>
    <message>
        <source>{0} is no plain file</source>
        <translation>{0} 不是普通文件</translation>
    </message>
    <message>
        <source>{0} is no port</source>
        <translation>{0} 不是端口号</translation>
    </message>
    <message>
        <source>{0} is no registry&apos;s name</source>
        <translation>{0} 不是仓库名</translation>
    </message>
    <message>
        <source>{0} is no text</source>
        <translation>{0} 不是文本文件</translation>
    </message>
    <message>
        <source>{0} is not a plain file</source>
        <translation>{0} 不是普通文件</translation>
    </message>
    <message>
        <source>{0} is not in the repository.</source>
        <translation>{0} 不在发布仓库中。</translation>
    </message>
    <message>
        <source>{0} is not on a drive</source>
        <translation>{0} 不在驱动器上</translation>
    </message>
    <message>
        <source>{0} is not on a drive with a letter</source>
        <translation>{0} 不在带盘符的驱动器上</translation>
    </message>
    <message>
        <source>{0} is not the name of an image</source>
        <translation>{0} 不是镜像名称</translation>
    </message>
    <message>
        <source>{0} is not there</source>
        <translation>{0} 不存在</translation>
    </message>
    <message>
        <source>{0} is the name of a device on Windows</source>
        <translation>{0} 是 Windows 上的设备名</translation>
    </message>
    <message>
        <source>{0} is there twice</source>
        <translation>{0} 出现了两次</translation>
    </message>
    <message>
        <source>{0} is there, but {1} is not, or cannot be read.</source>
        <translation>{0} 存在，但 {1} 不存在或无法读取。</translation>
    </message>
    <message>
        <source>{0} is too large to be shown</source>
        <translation>{0} 太大，无法显示</translation>
    </message>
    <message>
        <source>{0} must be a list of texts</source>
        <translation>{0} 必须是文本列表</translation>
    </message>
    <message>
        <source>{0} must be a list such as {1}</source>
        <translation>{0} 必须是列表，例如 {1}</translation>
    </message>
    <message>
        <source>{0} must be a number from 0 to {1}, not {2}</source>
        <translation>{0} 必须是 0 到 {1} 之间的数字，不能是 {2}</translation>
    </message>
    <message>
        <source>{0} must be a size such as &quot;64m&quot;</source>
        <translation>{0} 必须是大小，例如 &quot;64m&quot;</translation>
    </message>
    <message>
        <source>{0} must be a text</source>
        <translation>{0} 必须是文本</translation>
    </message>
    <message>
        <source>{0} must be a whole number from {1} to {2}, not {3}</source>
        <translation>{0} 必须是 {1} 到 {2} 之间的整数，不能是 {3}</translation>
    </message>
    <message>
        <source>{0} must be addresses, not {1}</source>
        <translation>{0} 必须是地址，而不是 {1}</translation>
    </message>
    <message>
        <source>{0} must be an object of texts such as {1}</source>
        <translation>{0} 必须是由文本组成的对象，例如 {1}</translation>
    </message>
    <message>
        <source>{0} must be an object such as {1}</source>
        <translation>{0} 必须是对象，例如 {1}</translation>
    </message>
    <message>
        <source>{0} must be http://host:port, empty for none, or {1}</source>
        <translation>{0} 必须是 http://host:port、留空（不使用）或 {1}</translation>
    </message>
    <message>
        <source>{0} must be one of {1}</source>
        <translation>{0} 必须是以下之一：{1}</translation>
    </message>
    <message>
        <source>{0} must be one of {1}, not {2}</source>
        <translation>{0} 必须是 {1} 之一，而不是 {2}</translation>
    </message>
    <message>
        <source>{0} must be true or false</source>
        <translation>{0} 必须是 true 或 false</translation>
    </message>
    <message>
        <source>{0} must be true or false, not {1}</source>
        <translation>{0} 必须是 true 或 false，不能是 {1}</translation>
    </message>
    <message>
        <source>{0} must be whole paths, not {1}</source>
        <translation>{0} 必须是完整路径，而不是 {1}</translation>
    </message>
    <message>
        <source>{0} must not hold line breaks</source>
        <translation>{0} 不能包含换行</translation>
    </message>
    <message>
        <source>{0} needs a value</source>
        <translation>{0} 需要一个值</translation>
    </message>
    <message>
        <source>{0} needs its password: add it to the agent with ssh-add</source>
        <translation>{0} 需要密码：请用 ssh-add 将其添加到代理</translation>
    </message>
    <message>
        <source>{0} processors, {1} MiB, a disk of {2} GiB at most</source>
        <translation>{0} 个处理器，{1} MiB，磁盘最大 {2} GiB</translation>
    </message>
    <message>
        <source>{0} programs in containers speak to the SSH agent already.</source>
        <translation>容器中已有 {0} 个程序在与 SSH 代理通信。</translation>
    </message>
    <message>
        <source>{0} shows another key than when it was added.</source>
        <translation>{0} 出示的密钥与添加时不同。</translation>
    </message>
    <message>
        <source>{0} was not accepted</source>
        <translation>{0} 未被接受</translation>
    </message>
    <message>
        <source>{0} was not made here</source>
        <translation>没有在这里创建 {0}</translation>
    </message>
    <message>
        <source>{0} was written, but cannot be read back</source>
        <translation>{0} 已写入，但无法读回</translation>
    </message>
    <message>
        <source>{0} {1} did not answer with a JSON array</source>
        <translation>{0} {1} 的应答不是 JSON 数组</translation>
    </message>
    <message>
        <source>{0} {1} did not answer with a JSON object</source>
        <translation>{0} {1} 的应答不是 JSON 对象</translation>
    </message>
    <message>
        <source>{0} {1}: no answer within {2} s</source>
        <translation>{0} {1}：{2} 秒内没有应答</translation>
    </message>
    <message>
        <source>{0}, and tcg, which is slow</source>
        <translation>{0}，以及较慢的 tcg</translation>
    </message>
    <message>
        <source>{0}, in use</source>
        <translation>{0}，使用中</translation>
    </message>
    <message>
        <source>{0}: Soft must not be more than Hard for {1}</source>
        <translation>{0}：{1} 的 Soft 不能大于 Hard</translation>
    </message>
    <message>
        <source>{0}: letters, digits, `.`, `_` and `-` are allowed, the first two to begin with.</source>
        <translation>{0}：允许使用字母、数字、`.`、`_` 和 `-`，并以字母或数字开头。</translation>
    </message>
    <message>
        <source>{0}: no answer to connecting</source>
        <translation>{0}：连接没有应答</translation>
    </message>
    <message>
        <source>{0}: none is known for {1}.</source>
        <translation>{0}：没有适用于 {1} 的加速方式。</translation>
    </message>
    <message>
        <source>{0}: the size must be from {1} to {2} for {3}</source>
        <translation>{0}：对于 {3}，size 必须在 {1} 到 {2} 之间</translation>
    </message>
    <message>
        <source>{0}: there is no limit {1}</source>
        <translation>{0}：没有限制 {1}</translation>
    </message>
    <message>
        <source>{0}: your data is as it was before, or as it was to be.</source>
        <translation>{0}：您的数据要么与之前一样，要么已是预期的样子。</translation>
    </message>
    <message>
        <source>{0}: {1} MB are free, {2} MB are needed.</source>
        <translation>{0}：有 {1} MB 可用，需要 {2} MB。</translation>
    </message>
    <message>
        <source>{0}: {1} is no IPv4 network such as 10.200.0.0/16</source>
        <translation>{0}：{1} 不是 IPv4 网络，例如 10.200.0.0/16</translation>
    </message>
    <message>
        <source>{0}:{1} cannot be opened: {2}</source>
        <translation>无法打开 {0}:{1}：{2}</translation>
    </message>
    <message>
        <source>{0}@{1} does not let us in: {2}</source>
        <translation>{0}@{1} 拒绝登录：{2}</translation>
    </message>
    <message>
        <source>“{0}” is not a host name</source>
        <translation>“{0}”不是有效的主机名</translation>
    </message>
    <message>
        <source>“{0}” is not a number of processors</source>
        <translation>“{0}”不是处理器数量</translation>
    </message>
    <message>
        <source>“{0}” is not a size</source>
        <translation>“{0}”不是大小</translation>
    </message>
    <message>
        <source>“{0}” is not a user</source>
        <translation>“{0}”不是有效的用户</translation>
    </message>
</context>
<context>
    <name>SettingLine</name>
    <message>
        <source>the administrator of this computer</source>
        <translation>本机管理员</translation>
    </message>
    <message>
        <source>Fixed by {0}.</source>
        <translation>已由 {0} 固定。</translation>
    </message>
</context>
<context>
    <name>SettingSearch</name>
    <message>
        <source>Find a setting</source>
        <translation>查找设置</translation>
    </message>
    <message>
        <source>Settings that fit</source>
        <translation>匹配的设置</translation>
    </message>
    <message>
        <source>No setting is called like that</source>
        <translation>没有匹配的设置</translation>
    </message>
</context>
<context>
    <name>SettingsPage</name>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Kept on this computer; nothing is sent anywhere</source>
        <translation>设置保存在本机，不会发送到任何地方</translation>
    </message>
    <message>
        <source>Notifications</source>
        <translation>通知</translation>
    </message>
    <message>
        <source>Shared folders</source>
        <translation>共享文件夹</translation>
    </message>
    <message>
        <source>Resources</source>
        <translation>资源</translation>
    </message>
    <message>
        <source>General</source>
        <translation>常规</translation>
    </message>
    <message>
        <source>Network</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Registries</source>
        <translation>镜像仓库</translation>
    </message>
    <message>
        <source>Engine options</source>
        <translation>引擎选项</translation>
    </message>
    <message>
        <source>Docker command</source>
        <translation>docker 命令</translation>
    </message>
    <message>
        <source>Engines</source>
        <translation>引擎</translation>
    </message>
    <message>
        <source>Updates</source>
        <translation>更新</translation>
    </message>
    <message>
        <source>Back to the defaults</source>
        <translation>恢复默认值</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Apply and restart the engine</source>
        <translation>应用并重启引擎</translation>
    </message>
    <message>
        <source>Some of it cannot be used: see beside the fields of {0}.</source>
        <translation>部分内容无法使用：请看“{0}”中字段旁的说明。</translation>
    </message>
    <message>
        <source>The window works with {0}. Resources, shared folders, network and registries are settings of the machine of this computer: they hold once it is used again.</source>
        <translation>窗口正在使用 {0}。资源、共享文件夹、网络和镜像仓库是本机虚拟机的设置，重新使用本机后生效。</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>These settings hold once the engine is restarted; containers are stopped for it.</source>
        <translation>这些设置在引擎重启后生效，重启时会停止容器。</translation>
    </message>
    <message>
        <source>These settings hold once the machine of this computer starts.</source>
        <translation>这些设置将在本机虚拟机启动后生效。</translation>
    </message>
    <message>
        <source>These settings hold at once.</source>
        <translation>这些设置立即生效。</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>SignInDialog</name>
    <message>
        <source>Sign in at a registry</source>
        <translation>登录镜像仓库</translation>
    </message>
    <message>
        <source>The registry checks it at once. Pulls and pushes then go in your name.</source>
        <translation>仓库会立即验证。之后的拉取和推送将以您的名义进行。</translation>
    </message>
    <message>
        <source>Sign in</source>
        <translation>登录</translation>
    </message>
    <message>
        <source>Registry</source>
        <translation>仓库</translation>
    </message>
    <message>
        <source>docker.io (Docker Hub)</source>
        <translation>docker.io（Docker Hub）</translation>
    </message>
    <message>
        <source>User</source>
        <translation>用户</translation>
    </message>
    <message>
        <source>Password or access token</source>
        <translation>密码或访问令牌</translation>
    </message>
    <message>
        <source>Kept in this system&apos;s key store, never in a file.</source>
        <translation>保存在系统的密钥库中，不会写入文件。</translation>
    </message>
    <message>
        <source>This computer has no key store: you stay signed in until Marina is closed.</source>
        <translation>此计算机没有密钥库：登录状态保持到 Marina 关闭为止。</translation>
    </message>
</context>
<context>
    <name>SnapshotDialog</name>
    <message>
        <source>New snapshot</source>
        <translation>新建快照</translation>
    </message>
    <message>
        <source>Keeps all images, containers and volumes as they are now; one can go back to it later.</source>
        <translation>保留当前所有镜像、容器和卷的状态；以后可以恢复到此状态。</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>创建</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
</context>
<context>
    <name>StatusDelegate</name>
    <message>
        <source>Retry</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>TagImageDialog</name>
    <message>
        <source>Another name for {0}</source>
        <translation>{0} 的另一个名称</translation>
    </message>
    <message>
        <source>The image gets one more name. Begin it with a registry to push it there: ghcr.io/me/app:2.</source>
        <translation>镜像将增加一个名称。以镜像仓库开头即可推送到该处：ghcr.io/me/app:2。</translation>
    </message>
    <message>
        <source>Add the name</source>
        <translation>添加名称</translation>
    </message>
    <message>
        <source>It has this name already.</source>
        <translation>它已有此名称。</translation>
    </message>
    <message>
        <source>A name and a tag only: the digest comes with the image.</source>
        <translation>只能填写名称和标签：摘要由镜像生成。</translation>
    </message>
</context>
<context>
    <name>TagPicker</name>
    <message>
        <source>Filter the tags</source>
        <translation>筛选标签</translation>
    </message>
    <message>
        <source>Tags</source>
        <translation>标签</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Asking the registry…</source>
        <translation>正在询问镜像仓库…</translation>
    </message>
    <message>
        <source>Type the name of an image above: its registry is asked for the tags.</source>
        <translation>请在上方输入镜像名称：将向其镜像仓库查询标签。</translation>
    </message>
    <message>
        <source>This repository has no tags.</source>
        <translation>此仓库没有标签。</translation>
    </message>
    <message numerus="yes">
        <source>{0} of %n tag(s)</source>
        <translation>
            <numerusform>{0} / %n 个标签</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n tag(s)</source>
        <translation>
            <numerusform>%n 个标签</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TaskCard</name>
    <message>
        <source>Cancel: {0}</source>
        <translation>取消：{0}</translation>
    </message>
</context>
<context>
    <name>TerminalCard</name>
    <message>
        <source>Let terminals find the command marina</source>
        <translation>让终端能找到 marina 命令</translation>
    </message>
    <message>
        <source>Command for a terminal</source>
        <translation>要在终端中运行的命令</translation>
    </message>
    <message>
        <source>Marina&apos;s own command</source>
        <translation>Marina 自己的命令</translation>
    </message>
    <message>
        <source>Terminal</source>
        <translation>终端</translation>
    </message>
    <message>
        <source>A terminal finds marina at {0}.</source>
        <translation>终端在 {0} 找到 marina。</translation>
    </message>
    <message>
        <source>A terminal does not find marina: this Marina has no program for it.</source>
        <translation>终端找不到 marina：此 Marina 没有可供终端使用的程序。</translation>
    </message>
    <message>
        <source>A terminal does not find marina. No administrator is needed for that: {0}</source>
        <translation>终端还找不到 marina。让它能找到不需要管理员：{0}</translation>
    </message>
    <message>
        <source>It is at {0}, where terminals of this system do not look. Run this once in a terminal, then log in anew:</source>
        <translation>它位于 {0}，但此系统的终端不会在那里查找。请在终端中运行一次以下命令，然后重新登录：</translation>
    </message>
    <message>
        <source>It is at {0}. Terminals find it once you have logged in anew.</source>
        <translation>它位于 {0}。重新登录后终端即可找到它。</translation>
    </message>
    <message>
        <source>It is at {0}. Terminals that are opened from now on find it.</source>
        <translation>它位于 {0}。从现在起打开的终端都能找到它。</translation>
    </message>
</context>
<context>
    <name>TerminalSearchBar</name>
    <message>
        <source>Search in the terminal</source>
        <translation>在终端中搜索</translation>
    </message>
    <message>
        <source>Older match (Enter)</source>
        <translation>较早的匹配（Enter）</translation>
    </message>
    <message>
        <source>Newer match (Shift+Enter)</source>
        <translation>较新的匹配（Shift+Enter）</translation>
    </message>
    <message>
        <source>Close the search (Esc)</source>
        <translation>关闭搜索（Esc）</translation>
    </message>
    <message>
        <source>nothing found</source>
        <translation>未找到</translation>
    </message>
</context>
<context>
    <name>TerminalView</name>
    <message>
        <source>Ctrl+click opens {0}</source>
        <translation>按住 Ctrl 单击可打开 {0}</translation>
    </message>
    <message>
        <source>Copy (Ctrl+Shift+C)</source>
        <translation>复制（Ctrl+Shift+C）</translation>
    </message>
    <message>
        <source>Paste (Ctrl+Shift+V)</source>
        <translation>粘贴（Ctrl+Shift+V）</translation>
    </message>
    <message>
        <source>Select all</source>
        <translation>全选</translation>
    </message>
    <message>
        <source>Search (Ctrl+Shift+F)</source>
        <translation>搜索（Ctrl+Shift+F）</translation>
    </message>
    <message>
        <source>Reset the terminal</source>
        <translation>重置终端</translation>
    </message>
</context>
<context>
    <name>TextFileDialog</name>
    <message>
        <source>Save</source>
        <translation>保存</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Close without saving?</source>
        <translation>不保存就关闭？</translation>
    </message>
    <message>
        <source>What you have typed is lost.</source>
        <translation>您输入的内容将丢失。</translation>
    </message>
    <message>
        <source>Close without saving</source>
        <translation>不保存并关闭</translation>
    </message>
    <message>
        <source>It can only be read: it has characters that an editor would change.</source>
        <translation>只能查看：其中有编辑器会改动的字符。</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>正在保存…</translation>
    </message>
    <message>
        <source>Not saved yet</source>
        <translation>尚未保存</translation>
    </message>
    <message>
        <source>Saved.</source>
        <translation>已保存。</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Open Marina</source>
        <translation>打开 Marina</translation>
    </message>
    <message>
        <source>Run image…</source>
        <translation>运行镜像…</translation>
    </message>
    <message>
        <source>Start engine</source>
        <translation>启动引擎</translation>
    </message>
    <message>
        <source>Pause engine</source>
        <translation>暂停引擎</translation>
    </message>
    <message>
        <source>Stop engine</source>
        <translation>停止引擎</translation>
    </message>
    <message>
        <source>Restart engine</source>
        <translation>重启引擎</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Troubleshoot…</source>
        <translation>故障排查…</translation>
    </message>
    <message>
        <source>Check for updates…</source>
        <translation>检查更新…</translation>
    </message>
    <message>
        <source>Quit Marina…</source>
        <translation>退出 Marina…</translation>
    </message>
    <message>
        <source>Resume engine</source>
        <translation>继续运行引擎</translation>
    </message>
    <message>
        <source>… and {0} more</source>
        <translation>……还有 {0} 个</translation>
    </message>
    <message>
        <source>Open {0}</source>
        <translation>打开 {0}</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
</context>
<context>
    <name>TroubleBanner</name>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>The engine answers late: what you see may not be as it is now.</source>
        <translation>引擎响应迟缓：所见内容可能不是当前状态。</translation>
    </message>
    <message>
        <source>Troubleshoot</source>
        <translation>故障排查</translation>
    </message>
    <message>
        <source>The engine&apos;s disk is nearly full: {0} of {1} are in use.</source>
        <translation>引擎的磁盘快满了：已使用 {0}，共 {1}。</translation>
    </message>
    <message>
        <source>Clean up…</source>
        <translation>清理…</translation>
    </message>
</context>
<context>
    <name>TroubleshootPage</name>
    <message>
        <source>Troubleshoot</source>
        <translation>故障排查</translation>
    </message>
    <message>
        <source>What is shown</source>
        <translation>显示内容</translation>
    </message>
    <message>
        <source>Checks</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Snapshots and reset</source>
        <translation>快照与重置</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>启动</translation>
    </message>
    <message>
        <source>Restart</source>
        <translation>重启</translation>
    </message>
    <message>
        <source>Force stop</source>
        <translation>强制停止</translation>
    </message>
    <message>
        <source>Ends the machine at once, whatever it does. What was not yet written may be lost.</source>
        <translation>立即结束虚拟机，无论它正在做什么。尚未写入的内容可能会丢失。</translation>
    </message>
    <message>
        <source>The machine was not started from this window yet.</source>
        <translation>尚未从此窗口启动过虚拟机。</translation>
    </message>
    <message>
        <source>The last start</source>
        <translation>上次启动</translation>
    </message>
    <message>
        <source>Which log is shown</source>
        <translation>显示哪个日志</translation>
    </message>
    <message>
        <source>Machine</source>
        <translation>虚拟机</translation>
    </message>
    <message>
        <source>Supervisor</source>
        <translation>监管进程</translation>
    </message>
    <message>
        <source>Emulator</source>
        <translation>模拟器</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>刷新</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>The window works with {0}. Checks, logs and snapshots are about the machine of this computer.</source>
        <translation>窗口正在使用 {0}。检查、日志和快照针对的是本机的虚拟机。</translation>
    </message>
    <message>
        <source>For when the engine does not do what it should</source>
        <translation>引擎工作异常时使用</translation>
    </message>
    <message>
        <source>Running for {0}</source>
        <translation>已运行 {0}</translation>
    </message>
    <message>
        <source>Came up in {0}</source>
        <translation>启动用时 {0}</translation>
    </message>
    <message>
        <source>Acceleration: {0}</source>
        <translation>加速方式：{0}</translation>
    </message>
    <message>
        <source>Memory {0}</source>
        <translation>内存 {0}</translation>
    </message>
</context>
<context>
    <name>TroubleshootViewModel</name>
    <message>
        <source>Writing a report</source>
        <translation>正在生成报告</translation>
    </message>
    <message>
        <source>The report is {0}</source>
        <translation>报告已保存为 {0}</translation>
    </message>
    <message>
        <source>The report could not be written</source>
        <translation>无法生成报告</translation>
    </message>
</context>
<context>
    <name>UninstallDialog</name>
    <message>
        <source>Uninstall Marina</source>
        <translation>卸载 Marina</translation>
    </message>
    <message>
        <source>Remove what Marina keeps on this computer?</source>
        <translation>移除 Marina 保存在这台电脑上的内容？</translation>
    </message>
    <message>
        <source>Settings, logs, sign-ins, the start at login and the docker context “marina” are removed. The machine is stopped, with all containers.</source>
        <translation>将移除设置、日志、登录信息、登录时启动以及 docker 上下文“marina”。虚拟机及所有容器都会停止。</translation>
    </message>
    <message>
        <source>Delete my data, too: all images, containers, volumes and snapshots</source>
        <translation>同时删除我的数据：所有镜像、容器、卷和快照</translation>
    </message>
    <message>
        <source>Working</source>
        <translation>正在处理</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>移除</translation>
    </message>
    <message>
        <source>Quit Marina</source>
        <translation>退出 Marina</translation>
    </message>
    <message>
        <source>Delete my data, too: all images, containers, volumes and snapshots ({0})</source>
        <translation>同时删除我的数据：所有镜像、容器、卷和快照（{0}）</translation>
    </message>
    <message>
        <source>What Marina kept here is removed</source>
        <translation>Marina 保存在这里的内容已移除</translation>
    </message>
    <message>
        <source>The program itself goes as it came. After Marina has quit, run:</source>
        <translation>程序本身按安装时的方式移除。Marina 退出后，请运行：</translation>
    </message>
    <message>
        <source>The program itself goes as it came, after Marina has quit.</source>
        <translation>Marina 退出后，程序本身按安装时的方式移除。</translation>
    </message>
</context>
<context>
    <name>UpdatesCard</name>
    <message>
        <source>Look for updates</source>
        <translation>检查更新</translation>
    </message>
    <message>
        <source>Restart now</source>
        <translation>立即重启</translation>
    </message>
    <message>
        <source>Look for updates once a day</source>
        <translation>每天检查一次更新</translation>
    </message>
    <message>
        <source>Only the list of versions is fetched; a download begins when you say so.</source>
        <translation>只获取版本列表；经您同意后才会下载。</translation>
    </message>
    <message>
        <source>Updates</source>
        <translation>更新</translation>
    </message>
    <message>
        <source>This version</source>
        <translation>当前版本</translation>
    </message>
    <message>
        <source>Automatically</source>
        <translation>自动</translation>
    </message>
    <message>
        <source>Download</source>
        <translation>下载</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Download of the update</source>
        <translation>更新的下载进度</translation>
    </message>
    <message>
        <source>Command that installs the update</source>
        <translation>安装更新的命令</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>复制</translation>
    </message>
    <message>
        <source>Go back to it</source>
        <translation>退回此版本</translation>
    </message>
    <message>
        <source>Stay with this version</source>
        <translation>保留当前版本</translation>
    </message>
    <message>
        <source>Former version</source>
        <translation>上一版本</translation>
    </message>
    <message>
        <source>It is kept until the next update. Your data stays as it is.</source>
        <translation>它会保留到下次更新。您的数据不受影响。</translation>
    </message>
    <message>
        <source>Marina {0}</source>
        <translation>Marina {0}</translation>
    </message>
    <message>
        <source>This build of Marina knows no update server. Get new versions from where you got this one.</source>
        <translation>此 Marina 未配置更新服务器。请从获取此版本的地方获取新版本。</translation>
    </message>
    <message>
        <source>Nobody has looked yet.</source>
        <translation>还没有检查过。</translation>
    </message>
    <message>
        <source>Looking…</source>
        <translation>正在检查…</translation>
    </message>
    <message>
        <source>This is the newest version.</source>
        <translation>已是最新版本。</translation>
    </message>
    <message>
        <source>Downloading. You can go on working.</source>
        <translation>正在下载，您可以继续工作。</translation>
    </message>
    <message>
        <source>Checking the download and putting it beside the program…</source>
        <translation>正在校验下载内容并放到程序旁边…</translation>
    </message>
    <message>
        <source>The download is checked. Quit Marina, then install it with this command in a terminal:</source>
        <translation>下载内容已校验。请退出 Marina，然后在终端中用下面的命令安装：</translation>
    </message>
    <message>
        <source>Marina {0} takes the place of this version when Marina is started again while the engine is stopped.</source>
        <translation>在引擎停止时再次启动 Marina，Marina {0} 就会取代此版本。</translation>
    </message>
    <message>
        <source>This Marina runs from its source: update it as you got it, with git pull.</source>
        <translation>此 Marina 从源代码运行：请用获取它的方式更新，例如 git pull。</translation>
    </message>
    <message>
        <source>This version has no file for your kind of installation.</source>
        <translation>此版本没有适用于您的安装方式的文件。</translation>
    </message>
    <message>
        <source>This version did not start here, or you went back from it.</source>
        <translation>此版本在这台电脑上未能启动，或者您曾从它退回。</translation>
    </message>
    <message>
        <source>A newer version is there.</source>
        <translation>有新版本可用。</translation>
    </message>
</context>
<context>
    <name>UpdatesViewModel</name>
    <message>
        <source>Downloading Marina {0}</source>
        <translation>正在下载 Marina {0}</translation>
    </message>
    <message>
        <source>Marina {0} was downloaded</source>
        <translation>Marina {0} 已下载</translation>
    </message>
    <message>
        <source>Marina {0} could not be downloaded</source>
        <translation>无法下载 Marina {0}</translation>
    </message>
</context>
<context>
    <name>VolumeDetailView</name>
    <message>
        <source>Back to the volumes (Esc)</source>
        <translation>返回卷列表 (Esc)</translation>
    </message>
    <message>
        <source>No container uses it.</source>
        <translation>没有容器使用它。</translation>
    </message>
    <message>
        <source>What to see of the volume</source>
        <translation>查看卷的哪些内容</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Used by</source>
        <translation>使用者</translation>
    </message>
    <message>
        <source>It was deleted.</source>
        <translation>它已被删除。</translation>
    </message>
    <message>
        <source>Used by {0}</source>
        <translation>被 {0} 使用</translation>
    </message>
    <message>
        <source>Unused</source>
        <translation>未使用</translation>
    </message>
    <message>
        <source>backed up every day</source>
        <translation>每天备份</translation>
    </message>
    <message>
        <source>backed up every week</source>
        <translation>每周备份</translation>
    </message>
    <message>
        <source>last {0}</source>
        <translation>上次 {0}</translation>
    </message>
</context>
<context>
    <name>VolumeLine</name>
    <message>
        <source>Volume, or folder of this computer</source>
        <translation>卷，或本机的文件夹</translation>
    </message>
    <message>
        <source>name or folder</source>
        <translation>名称或文件夹</translation>
    </message>
    <message>
        <source>Folder in the container</source>
        <translation>容器内的文件夹</translation>
    </message>
    <message>
        <source>read-only</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>Choose a folder</source>
        <translation>选择文件夹</translation>
    </message>
    <message>
        <source>Folder to share with the container</source>
        <translation>与容器共享的文件夹</translation>
    </message>
</context>
<context>
    <name>VolumeTable</name>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>In use</source>
        <translation>使用情况</translation>
    </message>
    <message>
        <source>Kind</source>
        <translation>类型</translation>
    </message>
    <message>
        <source>Created</source>
        <translation>创建时间</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>{0} (anonymous)</source>
        <translation>{0}（匿名）</translation>
    </message>
    <message>
        <source>Being cloned…</source>
        <translation>正在克隆…</translation>
    </message>
    <message>
        <source>Being exported…</source>
        <translation>正在导出…</translation>
    </message>
    <message>
        <source>Being imported into…</source>
        <translation>正在导入…</translation>
    </message>
    <message>
        <source>Being emptied…</source>
        <translation>正在清空…</translation>
    </message>
    <message>
        <source>Deleting…</source>
        <translation>正在删除…</translation>
    </message>
    <message>
        <source>Unused</source>
        <translation>未使用</translation>
    </message>
</context>
<context>
    <name>VolumeUseTable</name>
    <message>
        <source>Container</source>
        <translation>容器</translation>
    </message>
    <message>
        <source>In the container</source>
        <translation>容器内</translation>
    </message>
    <message>
        <source>Access</source>
        <translation>访问方式</translation>
    </message>
    <message>
        <source>read only</source>
        <translation>只读</translation>
    </message>
    <message>
        <source>read and write</source>
        <translation>读写</translation>
    </message>
</context>
<context>
    <name>VolumesPage</name>
    <message>
        <source>Volumes</source>
        <translation>卷</translation>
    </message>
    <message>
        <source>Filter by name or container</source>
        <translation>按名称或容器筛选</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Count what each volume takes on the disk</source>
        <translation>统计每个卷占用的磁盘空间</translation>
    </message>
    <message>
        <source>Clean up</source>
        <translation>清理</translation>
    </message>
    <message>
        <source>Delete the volumes that no container uses</source>
        <translation>删除没有容器使用的卷</translation>
    </message>
    <message>
        <source>Create</source>
        <translation>创建</translation>
    </message>
    <message>
        <source>Create a volume</source>
        <translation>创建卷</translation>
    </message>
    <message>
        <source>No volumes yet</source>
        <translation>还没有卷</translation>
    </message>
    <message>
        <source>A volume keeps data when containers come and go: databases belong into one.</source>
        <translation>容器增减时，卷中的数据会保留：数据库应放在卷里。</translation>
    </message>
    <message numerus="yes">
        <source>%n volume(s)</source>
        <translation>
            <numerusform>%n 个卷</numerusform>
        </translation>
    </message>
    <message>
        <source>{0}, {1} on disk</source>
        <translation>{0}，占用磁盘 {1}</translation>
    </message>
    <message>
        <source>Browse files</source>
        <translation>浏览文件</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>删除</translation>
    </message>
    <message>
        <source>More…</source>
        <translation>更多…</translation>
    </message>
    <message>
        <source>Clone…</source>
        <translation>克隆…</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>导出…</translation>
    </message>
    <message>
        <source>Import…</source>
        <translation>导入…</translation>
    </message>
    <message>
        <source>Back up…</source>
        <translation>备份…</translation>
    </message>
    <message>
        <source>Empty…</source>
        <translation>清空…</translation>
    </message>
    <message>
        <source>Archives (*.tar *.tar.gz *.tgz)</source>
        <translation>压缩包 (*.tar *.tar.gz *.tgz)</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>导出</translation>
    </message>
    <message>
        <source>Archives (*.tar *.tar.gz *.tgz *.tar.xz *.tar.bz2 *.tar.zst)</source>
        <translation>压缩包 (*.tar *.tar.gz *.tgz *.tar.xz *.tar.bz2 *.tar.zst)</translation>
    </message>
    <message>
        <source>Import</source>
        <translation>导入</translation>
    </message>
    <message>
        <source>All that is in it is lost for good; the volume itself stays.</source>
        <translation>其中的所有内容将永久丢失；卷本身保留。</translation>
    </message>
    <message>
        <source>Used by {0}.</source>
        <translation>被 {0} 使用。</translation>
    </message>
    <message>
        <source>Empty the volume?</source>
        <translation>清空此卷？</translation>
    </message>
    <message>
        <source>Their data is lost for good.</source>
        <translation>其中的数据将永久丢失。</translation>
    </message>
    <message>
        <source>Used by {0}: delete these containers first.</source>
        <translation>正被 {0} 使用：请先删除这些容器。</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n volume(s)?</source>
        <translation>
            <numerusform>删除 %n 个卷？</numerusform>
        </translation>
    </message>
    <message>
        <source>Every volume is in use: there is nothing to clean up.</source>
        <translation>所有卷都在使用中，没有可清理的内容。</translation>
    </message>
    <message>
        <source>No container uses them. Their data is lost for good.</source>
        <translation>没有容器使用它们。其中的数据将永久丢失。</translation>
    </message>
    <message>
        <source>This frees {0}.</source>
        <translation>将释放 {0}。</translation>
    </message>
    <message numerus="yes">
        <source>Delete %n unused volume(s)?</source>
        <translation>
            <numerusform>删除 %n 个未使用的卷？</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n volume(s) deleted</source>
        <translation>
            <numerusform>已删除 %n 个卷</numerusform>
        </translation>
    </message>
    <message>
        <source>{0}, {1} freed.</source>
        <translation>{0}，释放了 {1}。</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Measuring…</source>
        <translation>正在测量…</translation>
    </message>
</context>
<context>
    <name>VolumesViewModel</name>
    <message>
        <source>Cloning {0}</source>
        <translation>正在克隆 {0}</translation>
    </message>
    <message>
        <source>{0} is a copy of {1}.</source>
        <translation>{0} 是 {1} 的副本。</translation>
    </message>
    <message>
        <source>{0} could not be cloned</source>
        <translation>{0} 无法克隆</translation>
    </message>
    <message>
        <source>Emptying {0}</source>
        <translation>正在清空 {0}</translation>
    </message>
    <message>
        <source>{0} is empty now.</source>
        <translation>{0} 现已清空。</translation>
    </message>
    <message>
        <source>{0} could not be emptied</source>
        <translation>{0} 无法清空</translation>
    </message>
    <message>
        <source>Exporting {0}</source>
        <translation>正在导出 {0}</translation>
    </message>
    <message>
        <source>{0} was exported to {1}.</source>
        <translation>{0} 已导出到 {1}。</translation>
    </message>
    <message>
        <source>{0} could not be exported</source>
        <translation>{0} 无法导出</translation>
    </message>
    <message>
        <source>Unpacking into {0}</source>
        <translation>正在解压到 {0}</translation>
    </message>
    <message>
        <source>{0} was unpacked into {1}.</source>
        <translation>{0} 已解包到 {1}。</translation>
    </message>
    <message>
        <source>{0} could not be unpacked into {1}</source>
        <translation>{0} 无法解压到 {1}</translation>
    </message>
    <message>
        <source>Measuring the volumes</source>
        <translation>正在测量卷的大小</translation>
    </message>
    <message>
        <source>The volumes were measured</source>
        <translation>卷的大小已测量</translation>
    </message>
    <message>
        <source>The volumes could not be measured</source>
        <translation>无法测量卷的大小</translation>
    </message>
</context>
<context>
    <name>VulnerabilityTable</name>
    <message>
        <source>Severity</source>
        <translation>严重程度</translation>
    </message>
    <message>
        <source>Package</source>
        <translation>软件包</translation>
    </message>
    <message>
        <source>Installed</source>
        <translation>已安装</translation>
    </message>
    <message>
        <source>Fixed in</source>
        <translation>修复版本</translation>
    </message>
    <message>
        <source>Vulnerability</source>
        <translation>漏洞</translation>
    </message>
    <message>
        <source>What it is</source>
        <translation>说明</translation>
    </message>
    <message>
        <source>not yet</source>
        <translation>尚未修复</translation>
    </message>
    <message>
        <source>critical</source>
        <translation>严重</translation>
    </message>
    <message>
        <source>high</source>
        <translation>高</translation>
    </message>
    <message>
        <source>medium</source>
        <translation>中</translation>
    </message>
    <message>
        <source>low</source>
        <translation>低</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
</context>
<context>
    <name>WaitingActions</name>
    <message>
        <source>Waits for the engine</source>
        <translation>等待引擎</translation>
    </message>
</context>
<context>
    <name>WaitingBanner</name>
    <message>
        <source>Waiting for the engine: {0}</source>
        <translation>正在等待引擎：{0}</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
</context>
<context>
    <name>WelcomeCard</name>
    <message>
        <source>Run getting-started</source>
        <translation>运行入门教程</translation>
    </message>
    <message>
        <source>Run something else</source>
        <translation>运行其他镜像</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
    <message>
        <source>Address of the page</source>
        <translation>页面地址</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Logs</source>
        <translation>日志</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>停止</translation>
    </message>
    <message>
        <source>Copy address</source>
        <translation>复制地址</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>关闭</translation>
    </message>
    <message>
        <source>Run your first container</source>
        <translation>运行你的第一个容器</translation>
    </message>
    <message>
        <source>Getting started</source>
        <translation>入门教程</translation>
    </message>
    <message>
        <source>Running at {0}</source>
        <translation>正在 {0} 上运行</translation>
    </message>
    <message>
        <source>Getting started did not work out</source>
        <translation>入门教程未能完成</translation>
    </message>
    <message>
        <source>One click starts a small web server in a container and opens its page in your browser.</source>
        <translation>单击一次，即可在容器中启动一个小型网页服务器，并在浏览器中打开它的页面。</translation>
    </message>
    <message>
        <source>No browser could be opened. Copy the address into one.</source>
        <translation>无法打开浏览器。请将地址复制到浏览器中。</translation>
    </message>
</context>
<context>
    <name>WindowCard</name>
    <message>
        <source>Appearance</source>
        <translation>外观</translation>
    </message>
    <message>
        <source>Like the system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>High contrast</source>
        <translation>高对比度</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0} %</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>The language changes when Marina is started again.</source>
        <translation>语言将在 Marina 重新启动后更改。</translation>
    </message>
    <message>
        <source>Restart Marina</source>
        <translation>重新启动 Marina</translation>
    </message>
    <message>
        <source>Stay in the tray when the window is closed</source>
        <translation>关闭窗口后保留在系统托盘中</translation>
    </message>
    <message>
        <source>Quitting</source>
        <translation>退出时</translation>
    </message>
    <message>
        <source>Ask what becomes of the engine</source>
        <translation>询问如何处理引擎</translation>
    </message>
    <message>
        <source>Leave the engine running</source>
        <translation>让引擎继续运行</translation>
    </message>
    <message>
        <source>Stop the engine</source>
        <translation>停止引擎</translation>
    </message>
    <message>
        <source>Ctrl + and Ctrl - change it, Ctrl 0 is 100 %.</source>
        <translation>Ctrl + 和 Ctrl - 调整大小，Ctrl 0 恢复 100 %。</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>窗口</translation>
    </message>
    <message>
        <source>Closing</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>WindowPages</name>
    <message>
        <source>Containers</source>
        <translation>容器</translation>
    </message>
    <message>
        <source>Images</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Volumes</source>
        <translation>卷</translation>
    </message>
    <message>
        <source>Networks</source>
        <translation>网络</translation>
    </message>
    <message>
        <source>Builds</source>
        <translation>构建</translation>
    </message>
    <message>
        <source>Compose</source>
        <translation>Compose</translation>
    </message>
    <message>
        <source>Registries</source>
        <translation>镜像仓库</translation>
    </message>
    <message>
        <source>Learn</source>
        <translation>学习</translation>
    </message>
    <message>
        <source>Troubleshoot</source>
        <translation>故障排查</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
</context>
<context>
    <name>Wording</name>
    <message>
        <source>. </source>
        <translation>。</translation>
    </message>
    <message>
        <source>{0} ms</source>
        <translation>{0} 毫秒</translation>
    </message>
    <message>
        <source>{0} s</source>
        <translation>{0} 秒</translation>
    </message>
    <message>
        <source>{0} min {1} s</source>
        <translation>{0} 分 {1} 秒</translation>
    </message>
    <message>
        <source>{0} h {1} min</source>
        <translation>{0} 小时 {1} 分</translation>
    </message>
    <message>
        <source>{0} d {1} h</source>
        <translation>{0} 天 {1} 小时</translation>
    </message>
    <message>
        <source>{0} %</source>
        <translation>{0}%</translation>
    </message>
    <message>
        <source>{0}/s</source>
        <translation>{0}/秒</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} / {1}</translation>
    </message>
</context>
<context>
    <name>_Ages</name>
    <message>
        <source>just now</source>
        <translation>刚刚</translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s) ago</source>
        <translation>
            <numerusform>%n 分钟前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s) ago</source>
        <translation>
            <numerusform>%n 小时前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s) ago</source>
        <translation>
            <numerusform>%n 天前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n month(s) ago</source>
        <translation>
            <numerusform>%n 个月前</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n year(s) ago</source>
        <translation>
            <numerusform>%n 年前</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_Counts</name>
    <message numerus="yes">
        <source>%n item(s) copied in</source>
        <translation>
            <numerusform>已复制 %n 项</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n link(s) or special file(s) left out</source>
        <translation>
            <numerusform>已略过 %n 个链接或特殊文件</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n item(s) deleted</source>
        <translation>
            <numerusform>已删除 %n 项</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed:</source>
        <translation>
            <numerusform>%n 项失败：</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>_EngineAges</name>
    <message>
        <source>just now</source>
        <translation>刚刚</translation>
    </message>
    <message>
        <source>{0} ago</source>
        <translation>{0}前</translation>
    </message>
    <message numerus="yes">
        <source>%n second(s)</source>
        <translation>
            <numerusform>%n 秒</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n minute(s)</source>
        <translation>
            <numerusform>%n 分钟</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n hour(s)</source>
        <translation>
            <numerusform>%n 小时</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n day(s)</source>
        <translation>
            <numerusform>%n 天</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n week(s)</source>
        <translation>
            <numerusform>%n 周</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n month(s)</source>
        <translation>
            <numerusform>%n 个月</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n year(s)</source>
        <translation>
            <numerusform>%n 年</numerusform>
        </translation>
    </message>
    <message>
        <source>healthy</source>
        <translation>健康</translation>
    </message>
    <message>
        <source>unhealthy</source>
        <translation>不健康</translation>
    </message>
    <message>
        <source>health not known yet</source>
        <translation>健康状况未知</translation>
    </message>
</context>
<context>
    <name>_ImageDelegate</name>
    <message>
        <source>{0}
A newer image has this name. Click to update.</source>
        <translation>{0}
此名称已有更新的镜像。点击以更新。</translation>
    </message>
</context>
<context>
    <name>_LessonCard</name>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Look again</source>
        <translation>再看一遍</translation>
    </message>
    <message>
        <source>{0} of {1} steps</source>
        <translation>已完成 {0} 步，共 {1} 步</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message numerus="yes">
        <source>%n step(s)</source>
        <translation>
            <numerusform>%n 步</numerusform>
        </translation>
    </message>
    <message>
        <source>Begin</source>
        <translation>开始</translation>
    </message>
</context>
<context>
    <name>_NameDelegate</name>
    <message>
        <source>Compose project {0}</source>
        <translation>Compose 项目 {0}</translation>
    </message>
</context>
<context>
    <name>_NoticeCard</name>
    <message numerus="yes">
        <source>%n time(s)</source>
        <translation>
            <numerusform>%n 次</numerusform>
        </translation>
    </message>
    <message>
        <source>new</source>
        <translation>新</translation>
    </message>
    <message>
        <source>Dismiss</source>
        <translation>关闭</translation>
    </message>
</context>
<context>
    <name>_Row</name>
    <message>
        <source>Remove this line</source>
        <translation>移除此行</translation>
    </message>
</context>
<context>
    <name>_StepCard</name>
    <message>
        <source>The command for “{0}”</source>
        <translation>“{0}”的命令</translation>
    </message>
    <message>
        <source>Copy the command for “{0}”</source>
        <translation>复制“{0}”的命令</translation>
    </message>
    <message>
        <source>The answer</source>
        <translation>结果</translation>
    </message>
    <message>
        <source>done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>not yet</source>
        <translation>未开始</translation>
    </message>
</context>
<context>
    <name>_Terminal</name>
    <message>
        <source>Terminal {0}</source>
        <translation>终端 {0}</translation>
    </message>
    <message>
        <source>Debug shell {0}</source>
        <translation>调试 shell {0}</translation>
    </message>
    <message numerus="yes">
        <source>Paste %n line(s)?</source>
        <translation>
            <numerusform>粘贴 %n 行？</numerusform>
        </translation>
    </message>
    <message>
        <source>The program may carry out each of them at once.</source>
        <translation>程序可能会立即逐行执行。</translation>
    </message>
    <message>
        <source>Paste</source>
        <translation>粘贴</translation>
    </message>
    <message>
        <source>The shell has ended.</source>
        <translation>Shell 已结束。</translation>
    </message>
    <message>
        <source>The shell has ended with code {0}.</source>
        <translation>Shell 已结束，退出代码为 {0}。</translation>
    </message>
    <message>
        <source>Start again</source>
        <translation>重新启动</translation>
    </message>
    <message>
        <source>This image has no shell. A debug shell brings its own tools: it sees the container&apos;s files, processes and network, and leaves nothing behind.</source>
        <translation>此镜像中没有 shell。调试 shell 自带工具：它能看到容器的文件、进程和网络，并且不留下任何东西。</translation>
    </message>
    <message>
        <source>Open a debug shell</source>
        <translation>打开调试 shell</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>重试</translation>
    </message>
</context>
<context>
    <name>_ValueDelegate</name>
    <message>
        <source>Click to show it</source>
        <translation>点击以显示</translation>
    </message>
</context>
</TS>
